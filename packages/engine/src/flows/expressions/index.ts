import type { Event, Json, ProfileView, SessionView } from '@tributary/sdk';

/** What conditions and templates read. `profile` is asked for only when it is used. */
export interface Scope {
  event: Event;
  readonly profile: ProfileView | null;
  session: SessionView | null;
  input: Json;
  now: string;
}

/** A condition, parsed: true when it holds. */
export type Test = (scope: Scope) => boolean;

/** Parses each condition and template once and keeps it. */
export interface Expressions {
  test(rule: Json, scope: Scope): boolean;
  read(path: string, scope: Scope): Json | undefined;
  render(template: string, scope: Scope): string;
}

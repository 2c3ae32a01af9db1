import type { EmittedEvent, Event, Json, ProfileDraft, ProfileView, RunContext, SessionView } from '@tributary/sdk';
import type { Expressions, Scope } from '../expressions/index.js';
import type { PassageInput } from '../types.js';

/** The profile's view is made only when it is asked for. One accessor serves all scopes, as in a `View`. */
class LazyScope implements Scope {
  readonly event: Event;
  declare readonly profile: ProfileView;
  readonly session: SessionView | null;
  readonly input: Json;
  readonly now: string;
  readonly #draft: ProfileDraft;

  static readonly #profile: PropertyDescriptor = {
    enumerable: true,
    get(this: LazyScope) {
      return this.#draft.view();
    },
  };

  constructor({ event, profile, session, now }: PassageInput, nodeInput: Json) {
    this.event = event;
    this.#draft = profile;
    this.session = session ?? null;
    this.input = nodeInput;
    this.now = now;
    Object.defineProperty(this, 'profile', LazyScope.#profile);
  }
}

/** The names that conditions and templates read. */
export function scopeOf(input: PassageInput, nodeInput: Json): Scope {
  return new LazyScope(input, nodeInput);
}

/** What a plugin works with at one visit of one node. */
export function makeContext(
  input: PassageInput,
  nodeInput: Json,
  expressions: Expressions,
  emit: (event: EmittedEvent) => void,
): RunContext {
  const scope = scopeOf(input, nodeInput);
  const event: Event = input.event;
  const session: SessionView | undefined = input.session;
  return {
    event,
    profile: input.profile,
    session,
    input: nodeInput,
    now: input.now,
    test: (rule) => expressions.test(rule, scope),
    read: (path) => expressions.read(path, scope),
    render: (template) => expressions.render(template, scope),
    emit,
  };
}

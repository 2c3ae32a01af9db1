import type { Json, JsonObject } from '../event.js';
import type { ProfileDraft, ProfileView } from '../plugin.js';

/** What a plugin asked of identity, in order. */
export interface IdentifyCall {
  type: string;
  value: string;
  force: boolean;
}

/** A draft over plain data, for tests of plugins: what a plugin did to it can be looked at. */
export interface TestProfile extends ProfileDraft {
  readonly identified: readonly IdentifyCall[];
}

/** A profile with this state; what is left out is empty. */
export function testProfile(state: Partial<ProfileView> = {}): TestProfile {
  const view: ProfileView = structuredClone({
    id: '01890000-0000-7000-8000-000000000001',
    identifiers: {},
    traits: {},
    events: {},
    segments: {},
    sessions: 1,
    firstSeen: '2026-01-01T00:00:00.000Z',
    lastSeen: '2026-01-01T00:00:00.000Z',
    ...state,
  });
  const identified: IdentifyCall[] = [];
  const get = (path: string): Json | undefined => readOwn(view, path) as Json | undefined;
  const write = (path: string, value: Json | undefined): void => {
    const steps = path.replace(/^traits\./, '').split('.');
    const last = steps.pop() as string;
    let at: JsonObject = view.traits;
    for (const step of steps) {
      const there = Object.hasOwn(at, step) ? at[step] : undefined;
      const next = typeof there === 'object' && there !== null && !Array.isArray(there) ? there : {};
      at[step] = next;
      at = next;
    }
    if (value === undefined) delete at[last];
    else at[last] = structuredClone(value);
  };
  return {
    id: view.id,
    identified,
    view: () => structuredClone(view),
    get,
    set: (path, value) => write(path, value),
    unset: (path) => write(path, undefined),
    increment(path, by) {
      const there = get(path.startsWith('traits.') ? path : `traits.${path}`);
      write(path, (typeof there === 'number' ? there : 0) + by);
    },
    segment(name, member) {
      if (member) view.segments[name] = true;
      else delete view.segments[name];
    },
    identify(type, value, options) {
      identified.push({ type, value, force: options?.force ?? false });
    },
  };
}

/** The value at a dotted path, by own properties. */
export function readOwn(root: unknown, path: string): unknown {
  let at = root;
  for (const step of path.split('.')) {
    if (at === null || at === undefined || !Object.hasOwn(Object(at), step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

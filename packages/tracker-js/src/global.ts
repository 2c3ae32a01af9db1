import type { Env } from './env.js';
import { type Core, createCore } from './tracker.js';
import type { PublicProfile, QueuedCall, Tracker, TrackerOptions } from './types.js';

/** `window.tributary`: the tracker, with `load` for pages that name the key in a call. */
export interface TributaryGlobal extends Tracker {
  load(writeKey: string, options?: Omit<TrackerOptions, 'writeKey'>): void;
  push(call: QueuedCall): void;
}

const METHODS = 'load track page screen identify group alias reset ready profile flush anonymousId userId stats'.split(
  ' ',
);

/**
 * Makes the global object and replays onto it what the snippet gathered, in order.
 * Calls before `load` wait for it, wherever in the list it stands.
 */
export function createGlobal(
  env: Env,
  defaults: Partial<TrackerOptions>,
  queued: readonly QueuedCall[] = [],
): TributaryGlobal {
  let core: Core | undefined;
  let waiting: QueuedCall[] = [];

  function load(writeKey: string, options?: Partial<TrackerOptions>): void {
    if (core || !writeKey) return;
    core = createCore({ ...defaults, ...options, writeKey }, env);
    const calls = waiting;
    waiting = [];
    calls.forEach(dispatch);
  }

  function dispatch(call: QueuedCall): unknown {
    if (call[0] === 'load') return load(call[1] as string, call[2] as Partial<TrackerOptions>);
    if (core) return core.run(call);
    call.t ??= env.now();
    waiting.push(call);
    if (call[0] !== 'profile') return undefined;
    waiting.pop();
    return new Promise<PublicProfile>((resolve) => {
      waiting.push(['ready', (tracker: Tracker) => resolve(tracker.profile())]);
    });
  }

  /** One bad call of the page must not take the following ones with it. */
  function safely(call: QueuedCall): void {
    try {
      dispatch(call);
    } catch (error) {
      env.setTimeout(() => {
        throw error;
      }, 0);
    }
  }

  const api: Record<string, unknown> = { push: safely };
  for (const name of METHODS) api[name] = (...args: unknown[]) => dispatch([name, ...args]);
  if (defaults.writeKey) load(defaults.writeKey);
  for (const call of queued) safely(call);
  return api as unknown as TributaryGlobal;
}

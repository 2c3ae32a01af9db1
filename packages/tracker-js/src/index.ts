import { browserEnv, type Env } from './env.js';
import { inertTracker } from './inert.js';
import { createCore } from './tracker.js';
import type { Tracker, TrackerOptions } from './types.js';

export type { Env } from './env.js';
export type { Properties, PublicProfile, Stats, Tracker, TrackerOptions } from './types.js';
export { VERSION } from './version.js';

/**
 * A tracker for this page. Importing the module does nothing; on a server the tracker does nothing.
 *
 * @example
 * const tracker = createTracker({ writeKey: 'demo' });
 * tracker.track('Product Viewed', { sku: 'mug' });
 */
export function createTracker(options: TrackerOptions, env: Env | undefined = browserEnv()): Tracker {
  if (!options?.writeKey) {
    throw Object.assign(new Error('createTracker needs the write key of a source: createTracker({ writeKey })'), {
      code: 'missing_write_key',
      path: 'writeKey',
    });
  }
  return env ? createCore(options, env).tracker : inertTracker();
}

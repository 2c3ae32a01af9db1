import { inertTracker } from './inert.js';
import { createCore } from './tracker.js';
import type { EventMap, Tracker, TrackerOptions } from './types.js';

export type {
  Consent,
  EventMap,
  Inside,
  Module,
  Plugin,
  Properties,
  PublicProfile,
  Signals,
  Stats,
  StorageKind,
  TrackedEvent,
  Tracker,
  TrackerOptions,
} from './types.js';
export { VERSION } from './version.js';

/**
 * A tracker for this page. Importing the module does nothing; on a server the tracker does nothing.
 *
 * @example
 * const tracker = createTracker<{ 'Product Viewed': { sku: string } }>({ writeKey: 'demo' });
 * tracker.track('Product Viewed', { sku: 'mug' });
 */
export function createTracker<E extends { [K in keyof E]: object | undefined } = EventMap>(
  options: TrackerOptions,
): Tracker<E> {
  if (!options?.writeKey) {
    throw Object.assign(new Error('createTracker needs the write key of a source: createTracker({ writeKey })'), {
      code: 'missing_write_key',
      path: 'writeKey',
    });
  }
  const tracker =
    typeof document === 'undefined' ? inertTracker() : createCore(options, () => import('./profile.js')).tracker;
  return tracker as unknown as Tracker<E>;
}

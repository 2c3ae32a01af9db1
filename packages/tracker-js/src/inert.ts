import type { Tracker } from './types.js';

/** The tracker where there is no browser: one process serves many visitors there, so it keeps and sends nothing. */
export function inertTracker(): Tracker {
  const nothing = () => {};
  return {
    track: nothing,
    page: nothing,
    screen: nothing,
    identify: nothing,
    group: nothing,
    alias: nothing,
    reset: nothing,
    ready: nothing,
    profile: async () => ({ segments: [], traits: {} }),
    flush: async () => {},
    anonymousId: () => '',
    userId: () => undefined,
    stats: () => ({ sent: 0, dropped: 0, rejected: 0 }),
  };
}

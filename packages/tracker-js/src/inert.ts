import type { Tracker } from './types.js';

/** The tracker where there is no browser: one process serves many visitors there, so it keeps and sends nothing. */
export function inertTracker(): Tracker {
  const nothing = () => {};
  const profile = (callback?: unknown) => Promise.resolve(callback ? nothing : { segments: [], traits: {} });
  return {
    track: nothing,
    page: nothing,
    screen: nothing,
    identify: nothing,
    group: nothing,
    alias: nothing,
    reset: nothing,
    ready: nothing,
    on: () => nothing,
    consent: nothing,
    use: nothing,
    profile: profile as Tracker['profile'],
    flush: async () => {},
    anonymousId: () => '',
    userId: () => undefined,
    stats: () => ({ sent: 0, dropped: 0, rejected: 0 }),
  };
}

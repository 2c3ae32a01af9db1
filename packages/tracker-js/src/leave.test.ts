import { describe, expect, test } from 'vitest';
import { fakePage, status } from './testing/fake-page.js';

const names = (page: ReturnType<typeof fakePage>) =>
  page.sent.map((request) => request.body.batch.map((event) => event.event).join(' '));

const never = new Promise<Response>(() => {});

test('what waits leaves with the page, in a request that outlives it', () => {
  const page = fakePage();
  page.createTracker({ writeKey: 'demo' }).track('a');
  page.fire('pagehide');
  expect(names(page)).toEqual(['a']);
  expect(page.sent[0]?.keepalive).toBe(true);
});

test('going out of sight sends too, and the pagehide after it sends nothing twice', () => {
  const page = fakePage();
  page.answer(never);
  page.createTracker({ writeKey: 'demo' }).track('a');
  page.document.visibilityState = 'hidden';
  page.fire('visibilitychange');
  page.fire('pagehide');
  expect(names(page)).toEqual(['a']);
});

test('an event made while the page is being left leaves at once', () => {
  const page = fakePage();
  page.answer(never);
  const tracker = page.createTracker({ writeKey: 'demo' });
  page.fire('pagehide');
  tracker.track('Page Left');
  expect(names(page)).toEqual(['Page Left']);
  expect(page.sent[0]?.keepalive).toBe(true);
});

test('and so it does when the browser gives up the requests under way, as it does with a page that is gone', async () => {
  const page = fakePage();
  page.answer(new Error('Failed to fetch'));
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.track('a');
  page.fire('pagehide');
  await page.settle();
  page.document.visibilityState = 'hidden';
  page.answer(new Error('Failed to fetch'));
  page.fire('visibilitychange');
  await page.settle();
  tracker.track('Page Left');
  expect(names(page)).toEqual(['a', 'a', 'a Page Left']);
  expect(page.sent.at(-1)?.keepalive).toBe(true);
});

test('a page that is only out of sight waits as long as a collector that is away asks for', async () => {
  const page = fakePage();
  page.answer(status(503), status(503));
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.track('a');
  page.document.visibilityState = 'hidden';
  page.fire('visibilitychange');
  await page.settle();
  tracker.track('b');
  expect(names(page)).toEqual(['a']);
});

describe('when the next page is asked for', () => {
  const leaveFor = (page: ReturnType<typeof fakePage>) => {
    for (const fn of page.navigation) fn({ destination: { sameDocument: false } });
  };
  const burst = (page: ReturnType<typeof fakePage>, count: number) => {
    page.answer(never, never, never);
    const tracker = page.createTracker({ writeKey: 'demo' });
    for (let i = 0; i < count; i++) tracker.track(`e${i}`, { text: 'x'.repeat(9_000) });
    return tracker;
  };

  test('the oldest of what is more than keepalive takes go at once, and leave the room to the newest', () => {
    const page = fakePage();
    const tracker = burst(page, 10);
    leaveFor(page);
    expect(names(page)).toEqual(['e0 e1 e2 e3']);
    tracker.track('Page Left');
    page.fire('pagehide');
    expect(page.sent.map(({ keepalive }) => keepalive)).toEqual([false, true]);
    expect(names(page)[1]).toBe('e4 e5 e6 e7 e8 e9 Page Left');
  });

  test('what is not more goes when the page is left, once', () => {
    const page = fakePage();
    burst(page, 5);
    leaveFor(page);
    expect(page.sent).toEqual([]);
    page.fire('pagehide');
    expect(page.sent).toHaveLength(1);
  });

  test('a page may have a `navigation` of its own', async () => {
    for (const navigation of [{ open: true }, () => {}, null]) {
      const page = fakePage(undefined, { navigation });
      page.createTracker({ writeKey: 'demo' }).track('a');
      await page.advance(250);
      expect(names(page)).toEqual(['a']);
    }
  });
});

test('a batch under way is sent along, so that no order of arrival is wrong', async () => {
  const page = fakePage();
  page.answer(never);
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.track('a');
  await page.advance(250);
  tracker.track('b');
  page.fire('pagehide');
  expect(names(page)).toEqual(['a', 'a b']);
  expect(page.sent.map((request) => request.keepalive)).toEqual([true, true]);
});

test('keepalive stays within 60 KB with what is under way; the rest goes by plain fetch, and stays stored', async () => {
  const page = fakePage();
  page.answer(never, never, never);
  const tracker = page.createTracker({ writeKey: 'demo' });
  for (let i = 0; i < 12; i++) tracker.track(`e${i}`, { text: 'x'.repeat(9_000) });
  await page.advance(250);
  page.fire('pagehide');
  const bytes = page.sent.map(({ body }) => Buffer.byteLength(JSON.stringify(body)));
  expect(page.sent.map((request) => request.keepalive)).toEqual([true, true, false]);
  expect((bytes[0] as number) + (bytes[1] as number)).toBeLessThanOrEqual(60_000);
  expect(page.events()).toHaveLength(12);
  const next = fakePage(page.browser);
  next.createTracker({ writeKey: 'demo' });
  await next.advance(250);
  expect(next.events().map((event) => event.event)).toEqual(Array.from({ length: 12 }, (_, i) => `e${i}`));
});

test('leaving while the collector is away tries once more and keeps the events', async () => {
  const page = fakePage();
  page.answer(status(503, { 'Retry-After': '60' }), status(503));
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.track('a');
  await page.advance(250);
  page.fire('pagehide');
  await page.settle();
  expect(names(page)).toEqual(['a', 'a']);
  const next = fakePage(page.browser);
  next.createTracker({ writeKey: 'demo' });
  await next.advance(250);
  expect(names(next)).toEqual(['a']);
});

test('a page that comes back from the back/forward cache goes on as before', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.track('a');
  page.fire('pagehide');
  await page.settle();
  page.fire('pageshow');
  tracker.track('b');
  expect(names(page)).toEqual(['a']);
  await page.advance(250);
  expect(names(page)).toEqual(['a', 'b']);
  expect(tracker.stats().sent).toBe(2);
});

test('what was just made has its place in keepalive, however much earlier pages have left behind', async () => {
  const before = fakePage();
  before.answer(...Array.from({ length: 20 }, () => never));
  const tracker = before.createTracker({ writeKey: 'demo' });
  for (let i = 0; i < 100; i++) tracker.track(`old ${i}`, { text: 'x'.repeat(900) });
  before.fire('pagehide');
  const page = fakePage(before.browser);
  page.answer(never, never, never);
  page.createTracker({ writeKey: 'demo' }).track('new');
  page.fire('pagehide');
  const kept = page.sent
    .filter(({ keepalive }) => keepalive)
    .flatMap(({ body }) => body.batch.map(({ event }) => event));
  expect(kept).toContain('new');
  expect(new Set(page.events().map(({ event }) => event)).size).toBe(101);
});

import { expect, test } from 'vitest';
import { createTracker } from './index.js';
import { fakePage, status } from './testing/fake-env.js';

const names = (page: ReturnType<typeof fakePage>) =>
  page.sent.map((request) => request.body.batch.map((event) => event.event).join(' '));

const never = new Promise<Response>(() => {});

test('what waits leaves with the page, in a request that outlives it', () => {
  const page = fakePage();
  createTracker({ writeKey: 'demo' }, page.env).track('a');
  page.fire('pagehide');
  expect(names(page)).toEqual(['a']);
  expect(page.sent[0]?.keepalive).toBe(true);
});

test('going out of sight sends too, and the pagehide after it sends nothing twice', () => {
  const page = fakePage();
  page.answer(never);
  createTracker({ writeKey: 'demo' }, page.env).track('a');
  page.document.visibilityState = 'hidden';
  page.fire('visibilitychange');
  page.fire('pagehide');
  expect(names(page)).toEqual(['a']);
});

test('an event made while the page is being left leaves at once', () => {
  const page = fakePage();
  page.answer(never);
  const tracker = createTracker({ writeKey: 'demo' }, page.env);
  page.fire('pagehide');
  tracker.track('Page Left');
  expect(names(page)).toEqual(['Page Left']);
  expect(page.sent[0]?.keepalive).toBe(true);
});

test('a batch under way is sent along, so that no order of arrival is wrong', async () => {
  const page = fakePage();
  page.answer(never);
  const tracker = createTracker({ writeKey: 'demo' }, page.env);
  tracker.track('a');
  await page.advance(250);
  tracker.track('b');
  page.fire('pagehide');
  expect(names(page)).toEqual(['a', 'a b']);
  expect(page.sent.map((request) => request.keepalive)).toEqual([true, true]);
});

test('keepalive stays within 60 KB with what is under way; the rest stays stored for the next page', async () => {
  const page = fakePage();
  page.answer(never, never);
  const tracker = createTracker({ writeKey: 'demo' }, page.env);
  for (let i = 0; i < 12; i++) tracker.track(`e${i}`, { text: 'x'.repeat(9_000) });
  await page.advance(250);
  page.fire('pagehide');
  const bytes = page.sent.map(({ body }) => Buffer.byteLength(JSON.stringify(body)));
  expect(page.sent.every((request) => request.keepalive)).toBe(true);
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(60_000);
  expect(bytes.length).toBe(2);
  const next = fakePage(page.browser);
  createTracker({ writeKey: 'demo' }, next.env);
  await next.advance(250);
  expect(next.events().map((event) => event.event)).toEqual(Array.from({ length: 12 }, (_, i) => `e${i}`));
});

test('leaving while the collector is away tries once more and keeps the events', async () => {
  const page = fakePage();
  page.answer(status(503, { 'Retry-After': '60' }), status(503));
  const tracker = createTracker({ writeKey: 'demo' }, page.env);
  tracker.track('a');
  await page.advance(250);
  page.fire('pagehide');
  await page.settle();
  expect(names(page)).toEqual(['a', 'a']);
  const next = fakePage(page.browser);
  createTracker({ writeKey: 'demo' }, next.env);
  await next.advance(250);
  expect(names(next)).toEqual(['a']);
});

test('a page that comes back from the back/forward cache goes on as before', async () => {
  const page = fakePage();
  const tracker = createTracker({ writeKey: 'demo' }, page.env);
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

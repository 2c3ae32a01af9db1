import { expect, test } from 'vitest';
import { fakePage, status } from './testing/fake-page.js';

const names = (page: ReturnType<typeof fakePage>) =>
  page.sent.map((request) => request.body.batch.map((event) => event.event).join(' '));

const open = (page = fakePage(), options = {}) => {
  const tracker = page.createTracker({ writeKey: 'demo', ...options });
  return { page, tracker };
};

/** An answer that comes when `give` is called. */
function later() {
  let give: (answer: Response) => void = () => {};
  const promise = new Promise<Response>((resolve) => {
    give = resolve;
  });
  return { promise, give };
}

test('a failed batch is repeated as it was, before what came later', async () => {
  const { page, tracker } = open();
  page.answer(status(503), new TypeError('Failed to fetch'));
  tracker.track('a');
  await page.advance(250);
  tracker.track('b');
  await page.advance(749);
  expect(names(page)).toEqual(['a']);
  await page.advance(1);
  expect(names(page)).toEqual(['a', 'a b']);
  await page.advance(1500);
  expect(names(page)).toEqual(['a', 'a b', 'a b']);
  const ids = page.sent.map((request) => request.body.batch[0]?.messageId);
  expect(new Set(ids).size).toBe(1);
  expect(tracker.stats()).toEqual({ sent: 2, dropped: 0, rejected: 0 });
});

test('Retry-After is waited for, in seconds and as a date', async () => {
  const { page, tracker } = open();
  page.answer(status(429, { 'Retry-After': '20' }));
  tracker.track('a');
  await page.advance(250);
  await page.advance(19_999);
  expect(page.sent).toHaveLength(1);
  page.answer(status(503, { 'Retry-After': new Date(page.now() + 31_000).toUTCString() }));
  await page.advance(1_001);
  expect(page.sent).toHaveLength(2);
  await page.advance(29_000);
  expect(page.sent).toHaveLength(2);
  await page.advance(5_000);
  expect(page.sent).toHaveLength(3);
  expect(tracker.stats().sent).toBe(1);
});

test('a refusal for good is dropped, counted, and holds up nothing', async () => {
  const { page, tracker } = open();
  page.answer(status(400));
  tracker.track('bad');
  await page.advance(250);
  tracker.track('good');
  await page.advance(250);
  expect(names(page)).toEqual(['bad', 'good']);
  expect(tracker.stats()).toEqual({ sent: 1, dropped: 0, rejected: 1 });
  expect([...page.browser.stored.keys()].filter((key) => key.startsWith('tributary_q'))).toEqual([]);
});

test('one batch at a time: what is made meanwhile follows', async () => {
  const { page, tracker } = open();
  const answer = later();
  page.answer(answer.promise);
  tracker.track('a');
  await page.advance(250);
  tracker.track('b');
  await page.advance(1000);
  expect(names(page)).toEqual(['a']);
  answer.give(status(200));
  await page.settle();
  expect(names(page)).toEqual(['a', 'b']);
});

test('a large backlog goes in batches of at most 30 KB', async () => {
  const { page, tracker } = open();
  for (let i = 0; i < 10; i++) tracker.track(`e${i}`, { text: 'ü'.repeat(4000) });
  await page.advance(250);
  expect(page.sent.length).toBeGreaterThan(2);
  for (const { body } of page.sent) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(31_000);
  expect(page.events().map((event) => event.event)).toEqual(Array.from({ length: 10 }, (_, i) => `e${i}`));
});

test('events wait in storage until acknowledged; the next page sends them first', async () => {
  const { page, tracker } = open();
  page.answer(new TypeError('Failed to fetch'));
  tracker.track('a');
  await page.advance(250);
  const next = open(fakePage(page.browser));
  next.tracker.track('b');
  await next.page.advance(250);
  expect(names(next.page)).toEqual(['a b']);
  expect(next.page.events()[0]?.messageId).toBe(page.events()[0]?.messageId);
  const third = open(fakePage(page.browser));
  await third.page.advance(1000);
  expect(third.page.sent).toHaveLength(0);
});

test('order survives a clock that was set back between two pages', async () => {
  const { page, tracker } = open();
  page.answer(new TypeError('Failed to fetch'));
  await page.advance(5000);
  tracker.track('a');
  tracker.track('b');
  await page.advance(250);
  const next = open(fakePage(page.browser));
  next.tracker.track('c');
  await next.page.advance(250);
  expect(names(next.page)).toEqual(['a b c']);
});

test('the queue of another write key is left alone', async () => {
  const { page, tracker } = open();
  page.answer(new TypeError('Failed to fetch'));
  tracker.track('a');
  await page.advance(250);
  const other = open(fakePage(page.browser), { writeKey: 'other' });
  await other.page.advance(1000);
  expect(other.page.sent).toHaveLength(0);
});

test('a full queue drops the oldest and counts them', async () => {
  const { page, tracker } = open(fakePage(), { maxQueue: 3 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) tracker.track(name);
  await page.advance(250);
  expect(names(page)).toEqual(['c d e']);
  expect(tracker.stats()).toEqual({ sent: 3, dropped: 2, rejected: 0 });
});

test('without localStorage events are kept in memory and retried', async () => {
  const forbidden = fakePage(undefined, {
    get localStorage(): Storage {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  const { page, tracker } = open(forbidden);
  page.answer(status(503));
  tracker.track('a');
  await page.advance(2000);
  expect(names(page)).toEqual(['a', 'a']);
  expect(tracker.stats().sent).toBe(1);
});

test('a spoiled entry in storage does not spoil the batch', async () => {
  const page = fakePage();
  page.browser.stored.set('tributary_q.demo.1500000000000.0000.x', ' {"type":');
  page.browser.stored.set('tributary_q.demo.1600000000000.0000.x', '{"type":');
  const { tracker } = open(page);
  tracker.track('a');
  await page.advance(250);
  expect(names(page)).toEqual(['a']);
});

test('tabs take turns where the browser has locks', async () => {
  const held: string[] = [];
  const locks = {
    request: async (name: string, _: LockOptions, work: () => Promise<unknown>) => {
      held.push(name);
      return work();
    },
  } as unknown as LockManager;
  const { page, tracker } = open(fakePage(undefined, { navigator: { locks } }));
  tracker.track('a');
  await page.advance(250);
  expect(held).toEqual(['lease.demo']);
  expect(names(page)).toEqual(['a']);
});

test('coming back online tries at once', async () => {
  const { page, tracker } = open();
  page.answer(new TypeError('Failed to fetch'));
  tracker.track('a');
  await page.advance(250);
  page.fire('online');
  await page.settle();
  expect(names(page)).toEqual(['a', 'a']);
});

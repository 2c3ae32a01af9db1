import { expect, test } from 'vitest';
import { fakePage, newBrowser, status } from './testing/fake-page.js';

/** A browser without Web Locks, as plain http has it. */
const open = (browser = newBrowser()) => {
  const page = fakePage(browser, { navigator: { userAgent: 'Old/1' } });
  return { page, tracker: page.createTracker({ writeKey: 'demo' }) };
};

test('without Web Locks a note in storage keeps the other tab waiting, and is taken away at the end', async () => {
  const one = open();
  const two = open(one.page.browser);
  let answer: (response: Response) => void = () => {};
  one.page.answer(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  one.tracker.track('a');
  await one.page.advance(300);
  two.tracker.track('b');
  await two.page.advance(300);
  expect([one.page.sent.length, two.page.sent.length]).toEqual([1, 0]);
  answer(status(200));
  await one.page.advance(100);
  // Who has the turn sends for the other, too.
  expect(one.page.events().map(({ event }) => event)).toEqual(['a', 'b']);
  await two.page.advance(5_000);
  expect(two.page.sent).toHaveLength(0);
  expect([...one.page.browser.stored.keys()].filter((key) => /lease|_q/.test(key))).toEqual([]);
});

test('a note of a tab that died is not believed for ever', async () => {
  const one = open();
  one.page.answer(new Promise(() => {}));
  one.tracker.track('a');
  await one.page.advance(300);
  const two = open(one.page.browser);
  await two.page.advance(30_000);
  expect(two.page.sent).toHaveLength(0);
  await two.page.advance(10_000);
  expect(two.page.events().map(({ event }) => event)).toEqual(['a']);
});

test('a page that is left takes its note along', async () => {
  const one = open();
  one.page.answer(new Promise(() => {}));
  one.tracker.track('a');
  await one.page.advance(300);
  one.page.fire('pagehide');
  const two = open(one.page.browser);
  await two.page.advance(300);
  expect(two.page.events().map(({ event }) => event)).toEqual(['a']);
});

/** A browser with Web Locks that grants what it is asked for when it is told to. */
const openLocked = () => {
  let grant: () => void = () => {};
  const granted = new Promise<void>((resolve) => {
    grant = resolve;
  });
  const ended: string[] = [];
  const locks = {
    request: async (_: string, { signal }: { signal: AbortSignal }, work: () => Promise<unknown>) => {
      const aborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
      await Promise.race([granted, aborted]).catch((error) => {
        ended.push('taken back');
        throw error;
      });
      await work();
      ended.push('given back');
    },
  };
  const page = fakePage(newBrowser(), { navigator: { userAgent: 'Fake/1', locks } });
  return { page, tracker: page.createTracker({ writeKey: 'demo' }), grant, ended };
};

test('a page that is left takes back the lock that it has asked for and not got yet', async () => {
  const { page, tracker, ended } = openLocked();
  page.answer(new Promise(() => {}));
  tracker.track('a');
  await page.advance(300);
  expect(page.sent).toHaveLength(0);
  page.fire('pagehide');
  await page.settle();
  expect(ended).toEqual(['taken back']);
  expect(page.events().map(({ event }) => event)).toEqual(['a']);
});

test('a page that is left gives back the lock amid a request', async () => {
  const { page, tracker, grant, ended } = openLocked();
  page.answer(new Promise(() => {}), new Promise(() => {}));
  grant();
  tracker.track('a');
  await page.advance(300);
  expect(page.sent).toHaveLength(1);
  expect(ended).toEqual([]);
  page.fire('pagehide');
  await page.settle();
  expect(ended).toEqual(['given back']);
});

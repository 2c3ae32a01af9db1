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

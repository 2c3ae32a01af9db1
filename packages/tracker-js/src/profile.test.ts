import { expect, test } from 'vitest';
import { fakePage, newBrowser, status } from './testing/fake-page.js';
import type { PublicProfile } from './types.js';

const vip = (...segments: string[]) => Response.json({ segments, traits: {} });
const open = (browser = newBrowser()) => {
  const page = fakePage(browser);
  return { page, tracker: page.createTracker({ writeKey: 'demo' }) };
};
const asked = ({ page }: ReturnType<typeof open>) => page.sent.filter(({ url }) => url.includes('/profile')).length;

test('one callback given twice is called twice, and ending one of them leaves the other', async () => {
  const visit = open();
  const heard: string[] = [];
  const callback = ({ segments }: PublicProfile) => void heard.push(segments.join());
  const end = await visit.tracker.profile(callback);
  await visit.tracker.profile(callback);
  visit.page.answer(vip('a'));
  await visit.page.advance(100);
  expect(heard).toEqual(['a', 'a']);
  end();
  visit.page.answer(status(200), vip('b'));
  visit.tracker.track('x');
  await visit.page.advance(1_000);
  expect(heard).toEqual(['a', 'a', 'b']);
});

test('after an event the profile is looked at until it has changed, and without a watcher never', async () => {
  const visit = open();
  visit.tracker.track('x');
  await visit.page.advance(10_000);
  expect(asked(visit)).toBe(0);
  visit.page.answer(vip('a'));
  await visit.tracker.profile(() => {});
  await visit.page.advance(10_000);
  expect(asked(visit)).toBe(1);
  visit.page.answer(status(200), vip('a'), vip('b'));
  visit.tracker.track('x');
  await visit.page.advance(30_000);
  expect(asked(visit)).toBe(3);
});

test('the next page of the session knows it at once; another visitor does not', async () => {
  const first = open();
  first.tracker.track('x');
  await first.page.advance(1_000);
  first.page.answer(vip('a'));
  await first.tracker.profile(() => {});
  await first.page.advance(1_000);
  const next = open(first.page.browser);
  const heard: string[] = [];
  await next.tracker.profile(({ segments }) => void heard.push(segments.join()));
  expect(heard).toEqual(['a']);
  next.tracker.reset();
  expect(heard).toEqual(['a', '']);
  const stranger = open(first.page.browser);
  await stranger.tracker.profile(({ segments }) => void heard.push(`stranger ${segments.join()}`));
  expect(heard).toEqual(['a', '']);
});

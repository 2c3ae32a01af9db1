import { expect, test } from 'vitest';
import { fakePage, newBrowser } from './testing/fake-page.js';
import type { TrackerOptions } from './types.js';

const open = (options: Partial<TrackerOptions> = {}, browser = newBrowser(), overrides = {}) => {
  const page = fakePage(browser, overrides);
  return { page, browser, tracker: page.createTracker({ writeKey: 'demo', ...options }) };
};
const names = ({ page }: ReturnType<typeof open>) => page.events().map(({ event }) => event);
const consents = ({ page }: ReturnType<typeof open>) =>
  page.events().map(({ context }) => (context as { consent?: { categoryPreferences: unknown } }).consent);
const nothing = ({ browser, page }: ReturnType<typeof open>) => {
  expect([...browser.cookies.keys(), ...browser.stored.keys()]).toEqual([]);
  expect(page.sent).toEqual([]);
  expect(page.document.written).toEqual([]);
};

test('while it is pending nothing is stored or sent, also when the page is left', async () => {
  const visit = open({ consent: 'pending' });
  visit.tracker.identify('u1');
  visit.tracker.track('a');
  await visit.page.advance(10_000);
  visit.page.fire('pagehide');
  nothing(visit);
});

test('granted: what was held goes, with the identity and the time of its call, and the state of now', async () => {
  const visit = open({ consent: 'pending', purposes: ['analytics', 'ads'] });
  visit.tracker.track('a');
  visit.tracker.identify('u1');
  await visit.page.advance(5_000);
  visit.tracker.consent('granted');
  visit.tracker.track('b');
  await visit.page.advance(250);
  expect(names(visit)).toEqual(['a', undefined, 'b']);
  const events = visit.page.events();
  expect(new Set(events.map(({ anonymousId }) => anonymousId)).size).toBe(1);
  expect(events.map(({ userId }) => userId)).toEqual([undefined, 'u1', 'u1']);
  expect(events[0]?.timestamp).toBe('2023-11-14T22:13:20.000Z');
  const granted = { categoryPreferences: { analytics: true, ads: true } };
  expect(consents(visit)).toEqual([granted, granted, granted]);
  expect(visit.browser.cookies.get('tributary_aid')).toBe(visit.tracker.anonymousId());
});

test('denied: what was held is dropped and counted, and nothing is stored', async () => {
  const visit = open({ consent: 'pending' });
  visit.tracker.track('a');
  visit.tracker.consent('denied');
  visit.tracker.track('b');
  await visit.page.advance(1_000);
  nothing(visit);
  expect(visit.tracker.stats()).toEqual({ sent: 0, dropped: 2, rejected: 0 });
});

test('taken back: everything that was stored goes, and what was not sent yet', async () => {
  const visit = open({ consent: 'pending' });
  visit.tracker.consent('granted');
  visit.tracker.track('a');
  expect(visit.browser.stored.size).toBeGreaterThan(2);
  visit.tracker.consent('denied');
  await visit.page.advance(1_000);
  expect([...visit.browser.cookies.keys(), ...visit.browser.stored.keys()]).toEqual([]);
  expect(visit.page.sent).toEqual([]);
  visit.tracker.consent('granted');
  visit.tracker.track('b');
  await visit.page.advance(1_000);
  expect(names(visit)).toEqual(['b']);
});

test('by purpose: the first one decides about the tracker, all travel with the event', async () => {
  const visit = open({ consent: { ads: true }, purposes: ['statistics', 'ads'] });
  visit.tracker.track('a');
  await visit.page.advance(1_000);
  nothing(visit);
  visit.tracker.consent({ statistics: true, ads: false });
  await visit.page.advance(1_000);
  expect(consents(visit)).toEqual([{ categoryPreferences: { statistics: true, ads: false } }]);
});

test('a grant is remembered for the next page, a denial is not', async () => {
  const first = open({ consent: 'pending' });
  first.tracker.consent('granted');
  const next = open({ consent: 'pending' }, first.browser);
  next.tracker.track('a');
  await next.page.advance(1_000);
  expect(names(next)).toEqual(['a']);
  expect(next.tracker.anonymousId()).toBe(first.tracker.anonymousId());
  next.tracker.consent('denied');
  const last = open({ consent: 'pending' }, first.browser);
  last.tracker.track('b');
  await last.page.advance(1_000);
  nothing(last);
});

test('what is held becomes the events of the visitor who was here before', async () => {
  const first = open();
  const id = first.tracker.anonymousId();
  const visit = open({ consent: 'pending' }, first.browser);
  visit.tracker.track('a');
  visit.tracker.consent('granted');
  await visit.page.advance(1_000);
  expect(visit.page.events().map(({ anonymousId }) => anonymousId)).toEqual([id]);
});

test('Global Privacy Control is a denial that no answer overrides, unless the site says so', async () => {
  const navigator = { globalPrivacyControl: true };
  const visit = open({}, newBrowser(), { navigator });
  visit.tracker.track('a');
  visit.tracker.consent('granted');
  visit.tracker.track('b');
  await visit.page.advance(1_000);
  nothing(visit);
  const ignoring = open({ gpc: false }, newBrowser(), { navigator });
  ignoring.tracker.track('c');
  await ignoring.page.advance(1_000);
  expect(names(ignoring)).toEqual(['c']);
});

test('where consent is not asked for, events say nothing of it', async () => {
  const visit = open();
  visit.tracker.track('a');
  await visit.page.advance(250);
  expect(consents(visit)).toEqual([undefined]);
});

test('in memory alone nothing is stored, and events still go', async () => {
  const visit = open({ storage: 'memory' });
  visit.tracker.identify('u1');
  visit.tracker.track('a');
  await visit.page.advance(250);
  expect(visit.page.events().map(({ userId }) => userId)).toEqual(['u1', 'u1']);
  expect([...visit.browser.cookies.keys(), ...visit.browser.stored.keys()]).toEqual([]);
});

test('a prerendered page is nothing until it is seen', async () => {
  const page = fakePage();
  page.document.prerendering = true;
  const tracker = page.createTracker({ writeKey: 'demo', autoPage: true });
  tracker.track('a');
  await page.advance(1_000);
  expect([page.sent.length, page.browser.cookies.size, page.browser.stored.size]).toEqual([0, 0, 0]);
  page.document.prerendering = false;
  page.fire('prerenderingchange');
  await page.advance(1_000);
  expect(page.events().map(({ type }) => type)).toEqual(['page', 'track']);
});

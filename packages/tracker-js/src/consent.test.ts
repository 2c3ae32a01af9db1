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

/** What the browser tells another tab when its stored keys were removed. */
const told = (visit: ReturnType<typeof open>) =>
  visit.page.fire('storage', { key: 'tributary_aid', newValue: visit.browser.stored.get('tributary_aid') ?? null });

test.each([
  ['asked for', { consent: 'granted' }],
  ['not asked for', {}],
] as const)('a denial in one tab is one in the others, where consent is %s', async (_, options) => {
  const one = open(options);
  one.tracker.track('a');
  const two = open(options, one.browser);
  two.tracker.track('b');
  one.tracker.consent('denied');
  told(two);
  two.tracker.track('c');
  await two.page.advance(1_000);
  two.page.fire('pagehide');
  expect([...two.browser.cookies.keys(), ...two.browser.stored.keys()]).toEqual([]);
  expect(two.page.sent).toEqual([]);
});

test('a tab that was not told, on another subdomain or frozen, sees it before it stores or sends', async () => {
  const shop = open({ consent: 'granted' });
  const blog = { cookies: shop.browser.cookies, stored: new Map(shop.browser.stored) };
  const other = open({ consent: 'granted' }, blog);
  const third = open({ consent: 'granted' }, blog);
  for (const visit of [other, third]) visit.tracker.track('a');
  shop.tracker.consent('denied');
  expect(shop.browser.cookies.size).toBe(0);
  other.tracker.track('b');
  await third.page.advance(1_000);
  third.page.fire('pagehide');
  await other.page.advance(1_000);
  expect([...blog.cookies.keys(), ...blog.stored.keys()]).toEqual([]);
  expect([...other.page.sent, ...third.page.sent]).toEqual([]);
});

test('what lies on another subdomain is gone with the next page there, which is pending again', async () => {
  const shop = open({ consent: 'pending' });
  shop.tracker.consent('granted');
  shop.tracker.track('a');
  const blog = { cookies: shop.browser.cookies, stored: new Map(shop.browser.stored) };
  shop.tracker.consent('denied');
  const next = open({ consent: 'pending' }, blog);
  next.tracker.track('b');
  await next.page.advance(1_000);
  expect([...blog.cookies.keys(), ...blog.stored.keys()]).toEqual([]);
  expect(next.page.sent).toEqual([]);
});

test('an answer for another purpose is taken up by the other tabs', async () => {
  const one = open({ consent: { analytics: true, ads: true } });
  const two = open({ consent: { analytics: true, ads: true } }, one.browser);
  one.tracker.consent({ ads: false });
  two.tracker.track('a');
  await two.page.advance(250);
  expect(consents(two)).toEqual([{ categoryPreferences: { analytics: true, ads: false } }]);
});

test('a grant that no cookie keeps is no denial', async () => {
  const visit = open({ consent: 'granted', cookieDomain: 'example' });
  visit.tracker.track('a');
  await visit.page.advance(250);
  expect(names(visit)).toEqual(['a']);
});

test('a log-out in one tab is no denial in the other', async () => {
  const one = open({ consent: 'granted' });
  one.tracker.track('a');
  const two = open({ consent: 'granted' }, one.browser);
  one.tracker.reset();
  told(two);
  two.tracker.track('b');
  await two.page.advance(250);
  expect(names(two)).toEqual(['a', 'b']);
});

test('a page that does not ask takes up the answer that another page has stored, and its end', async () => {
  const asking = open({ consent: { analytics: true, ads: false } });
  asking.tracker.track('a');
  const other = open({}, asking.browser);
  other.tracker.track('b');
  await other.page.advance(250);
  expect(consents(other)[1]).toEqual({ categoryPreferences: { analytics: true, ads: false } });
  asking.tracker.consent('denied');
  other.tracker.track('c');
  await other.page.advance(1_000);
  expect(names(other)).toEqual(['a', 'b']);
  expect([...other.browser.cookies.keys(), ...other.browser.stored.keys()]).toEqual([]);
});

import { expect, test } from 'vitest';
import { fakePage, newBrowser } from './testing/fake-page.js';

const open = (browser = newBrowser(), overrides = {}) => {
  const page = fakePage(browser, overrides);
  return { page, browser, tracker: page.createTracker({ writeKey: 'demo' }) };
};

test('an event carries the identity at the time of its call', async () => {
  const { page, tracker } = open();
  const first = tracker.anonymousId();
  tracker.track('before');
  tracker.identify('u1');
  tracker.track('as u1');
  tracker.reset();
  tracker.track('after');
  await page.advance(250);
  const second = tracker.anonymousId();
  expect(second).not.toBe(first);
  expect(page.events().map((event) => [event.anonymousId, event.userId])).toEqual([
    [first, undefined],
    [first, 'u1'],
    [first, 'u1'],
    [second, undefined],
  ]);
});

test('the visitor is known again on the next page', () => {
  const { tracker, browser } = open();
  tracker.identify('u1');
  const next = open(browser).tracker;
  expect(next.anonymousId()).toBe(tracker.anonymousId());
  expect(next.userId()).toBe('u1');
});

test('a lost cookie comes back from storage, and lost storage from the cookie', () => {
  const { tracker, browser } = open();
  const id = tracker.anonymousId();
  browser.cookies.clear();
  expect(open(browser).tracker.anonymousId()).toBe(id);
  expect(browser.cookies.get('tributary_aid')).toBe(id);
  browser.stored.clear();
  expect(open(browser).tracker.anonymousId()).toBe(id);
  expect(browser.stored.get('tributary_aid')).toBe(id);
});

test('a log-out in one tab counts in the other at once', async () => {
  const { tracker, browser } = open();
  tracker.identify('u1');
  const other = open(browser);
  tracker.reset();
  other.tracker.track('a');
  await other.page.advance(250);
  expect(other.page.events().at(-1)?.anonymousId).toBe(tracker.anonymousId());
  expect(other.page.events().at(-1)).not.toHaveProperty('userId');
});

test('without cookies and storage the identity lasts as long as the page', () => {
  const page = fakePage(newBrowser(), { localStorage: undefined });
  Object.defineProperty(page.document, 'cookie', { get: () => '', set: () => {} });
  const tracker = page.createTracker({ writeKey: 'demo' });
  const id = tracker.anonymousId();
  tracker.identify('u1');
  expect(tracker.anonymousId()).toBe(id);
  expect(tracker.userId()).toBe('u1');
  tracker.reset();
  expect(tracker.anonymousId()).not.toBe(id);
  expect(tracker.userId()).toBeUndefined();
});

test('the cookie is for the whole site and every path, and secure on https', () => {
  const page = fakePage();
  const id = page.createTracker({ writeKey: 'demo' }).anonymousId();
  // `Domain=example` is a public suffix and is refused.
  expect(page.document.written.at(-1)).toBe(
    `tributary_aid=${id}; Path=/; Max-Age=34560000; SameSite=Lax; Domain=shop.example; Secure`,
  );
});

test('subdomains share the visitor; what one of them remembers of a person who logged out on the other is nobody', () => {
  const shop = open();
  shop.tracker.identify('u1');
  const blog = { cookies: shop.browser.cookies, stored: new Map(shop.browser.stored) };
  expect(open(blog).tracker.anonymousId()).toBe(shop.tracker.anonymousId());
  expect(open(blog).tracker.userId()).toBe('u1');
  shop.tracker.reset();
  shop.tracker.track('as somebody else');
  const after = open(blog).tracker;
  expect(after.anonymousId()).toBe(shop.tracker.anonymousId());
  expect(after.userId()).toBeUndefined();
});

test('uuids are made without crypto.randomUUID, which plain http lacks', () => {
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const { uuid } = fakePage(undefined, { crypto: {} });
  const made = new Set(Array.from({ length: 100 }, () => uuid()));
  expect(made.size).toBe(100);
  for (const id of made) expect(id).toMatch(pattern);
});

import { expect, test } from 'vitest';
import { createTracker } from './index.js';
import { fakePage, newBrowser } from './testing/fake-env.js';
import { uuid } from './uuid.js';

const open = (browser = newBrowser(), overrides = {}) => {
  const page = fakePage(browser, overrides);
  return { page, browser, tracker: createTracker({ writeKey: 'demo' }, page.env) };
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
  const storage = () => undefined;
  const page = fakePage(newBrowser(), { storage });
  Object.defineProperty(page.document, 'cookie', { get: () => '', set: () => {} });
  const tracker = createTracker({ writeKey: 'demo' }, page.env);
  const id = tracker.anonymousId();
  tracker.identify('u1');
  expect(tracker.anonymousId()).toBe(id);
  expect(tracker.userId()).toBe('u1');
  tracker.reset();
  expect(tracker.anonymousId()).not.toBe(id);
  expect(tracker.userId()).toBeUndefined();
});

test('the cookie is first-party, for every path, and secure on https', () => {
  const page = fakePage();
  let written = '';
  Object.defineProperty(page.document, 'cookie', {
    get: () => '',
    set: (text: string) => {
      written = text;
    },
  });
  const id = createTracker({ writeKey: 'demo' }, page.env).anonymousId();
  expect(written).toBe(`tributary_aid=${id}; Path=/; Max-Age=34560000; SameSite=Lax; Secure`);
});

test('uuids are made without crypto.randomUUID, which plain http lacks', () => {
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const getRandomValues = (array: Uint8Array<ArrayBuffer>) => globalThis.crypto.getRandomValues(array);
  const made = new Set(Array.from({ length: 100 }, () => uuid({ crypto: { getRandomValues }, random: Math.random })));
  expect(made.size).toBe(100);
  for (const id of made) expect(id).toMatch(pattern);
  expect(uuid({ crypto: undefined, random: Math.random })).toMatch(pattern);
});

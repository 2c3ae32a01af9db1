import { need } from '@tributary/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Stage, startStage } from './stage.js';

/** Counts whatever is ever written, also what is taken away at once. */
const SPY = `
  window.writes = [];
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(document, 'cookie', {
    get: () => cookie.get.call(document),
    set: (value) => { writes.push(value); cookie.set.call(document, value); },
  });
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (key, value) { writes.push(key); setItem.call(this, key, value); };`;
const GPC = `Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });`;
const PARTS = 'data-page data-auto data-elements data-vitals data-profile data-cookie data-links="other.example"';
const ACT = `
  tributary.identify('u1', { email: 'ada@example.com' });
  tributary.track('a');
  document.querySelector('button').click();
  tributary.profile(() => {});`;

describe.skipIf(!need('chromium').ok)('without consent', () => {
  let stage: Stage;
  let page: Page;
  const traces = async () => ({
    cookies: await stage.context().cookies(),
    keys: await page.evaluate('[...Object.keys(localStorage), ...Object.keys(sessionStorage)]'),
    databases: await page.evaluate('indexedDB.databases()'),
    writes: await page.evaluate('writes'),
    requests: stage.collector.requests,
  });
  const none = { cookies: [], keys: [], databases: [], writes: [], requests: [] };

  beforeAll(async () => {
    stage = await startStage();
  });
  beforeEach(async () => {
    await stage.anotherVisitor();
    page = await stage.page();
  });
  afterAll(() => stage?.close());

  const open = async (attributes: string, before = '') => {
    stage.put('/', `<script>${SPY}${before}</script>${stage.tag(attributes)}`, '<button data-t-event="b">B</button>');
    await page.goto(stage.url);
    await page.waitForTimeout(300);
  };

  test.each([
    ['pending', `${PARTS} data-consent="pending"`, ''],
    ['denied', `${PARTS} data-consent="denied"`, ''],
    ['Global Privacy Control', PARTS, GPC],
  ])('%s: no cookie, no key, no request, also when the page is left', async (_, attributes, before) => {
    await open(attributes, before);
    await page.evaluate(ACT);
    await page.waitForTimeout(700);
    expect(await traces()).toEqual(none);
    await page.goto(stage.elsewhere);
    await page.goto(`${stage.url}/empty`);
    expect(await stage.context().cookies()).toEqual([]);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
    expect(stage.collector.requests).toEqual([]);
  });

  test('pending, then granted: what was held is sent with the answer, and the visitor is known', async () => {
    await open('data-consent="pending"');
    await page.evaluate(`tributary.track('a'); tributary.consent('granted'); tributary.track('b')`);
    await expect.poll(() => stage.collector.arrived()).toEqual(['a', 'b']);
    for (const event of stage.collector.events()) {
      expect(event.context.consent).toEqual({ categoryPreferences: { analytics: true } });
    }
    const cookies = (await stage.context().cookies()).map(({ name, sameSite }) => [name, sameSite]);
    expect(cookies.sort()).toEqual(['aid', 'consent', 'ses'].map((name) => [`tributary_${name}`, 'Lax']));
    await page.reload();
    await page.evaluate(`tributary.track('c')`);
    await expect.poll(() => stage.collector.arrived()).toEqual(['a', 'b', 'c']);
    expect(new Set(stage.collector.events().map(({ anonymousId }) => anonymousId)).size).toBe(1);
  });

  test('granted, then denied: everything that was stored is gone', async () => {
    await open(`${PARTS} data-consent="granted"`);
    await page.evaluate(ACT);
    await expect.poll(() => stage.collector.arrived().length).toBeGreaterThan(3);
    await page.evaluate(`tributary.consent('denied')`);
    stage.collector.requests.length = 0;
    await page.evaluate(`writes.length = 0; ${ACT}`);
    await page.waitForTimeout(700);
    expect(await traces()).toEqual(none);
  });

  test('without cookies: events go, and nothing is stored', async () => {
    await open('data-storage="memory"');
    await page.evaluate(`tributary.identify('u1'); tributary.track('a')`);
    await expect.poll(() => stage.collector.arrived()).toEqual(['identify', 'a']);
    expect(await traces()).toMatchObject({ cookies: [], keys: [], databases: [], writes: [] });
  });
});

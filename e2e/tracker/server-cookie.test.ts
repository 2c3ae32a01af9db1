import { need } from '@tributary/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo } from '../shop/demo.js';
import { type Stage, startStage } from './stage.js';

const DAY = 86_400;
/** What some browsers do to cookies that a script sets: a week, whatever it asks for. */
const CAP = `
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(document, 'cookie', {
    get: () => cookie.get.call(document),
    set: (value) => cookie.set.call(document, value.replace(/Max-Age=[1-9]\\d*/, 'Max-Age=${7 * DAY}')),
  });`;

/** The API as it is deployed, under a name of the site's own. */
describe.skipIf(!need('chromium').ok)('the cookie that the API sets', () => {
  let stage: Stage;
  let demo: Demo;
  let page: Page;
  const shop = (host = 'www.shop.example') => `http://${host}:${stage.port}/`;
  const api = (host = 'events.shop.example') => `http://${host}:${new URL(demo.url).port}`;
  const cookies = () => stage.context().cookies();
  const cookie = async () => (await cookies()).find(({ name }) => name === 'tributary_aid');
  const days = async () => (((await cookie())?.expires ?? 0) - Date.now() / 1000) / DAY;
  const id = () => page.evaluate<string>('tributary.anonymousId()');

  beforeAll(async () => {
    [stage, demo] = await Promise.all([startStage(), startDemo()]);
  });
  afterAll(async () => {
    await Promise.all([stage?.close(), demo?.stop()]);
  });

  const open = async (attributes: string, collector = api()) => {
    stage.put(
      '/',
      `<script>${CAP}</script><script async src="${collector}/t.js" data-key="demo" ${attributes}></script>`,
    );
    await stage.anotherVisitor();
    page = await stage.page();
  };
  const identity = () => page.waitForResponse((answer) => answer.url().endsWith('/v1/identity'));
  /** A week and a day later: what a script has set is gone from cookies and storage. */
  const weekLater = async () => {
    // Nobody is on the page for that week: a tracker that lives while everything is cleared makes a new visitor.
    stage.put('/elsewhere', 'Nothing here.');
    await page.goto(`${shop()}elsewhere`);
    const kept = (await cookies()).filter(({ expires }) => expires > Date.now() / 1000 + 8 * DAY);
    await page.evaluate('localStorage.clear()');
    await stage.context().clearCookies();
    await stage.context().addCookies(kept);
    await page.goto(shop());
    await page.waitForFunction('window.tributary?.stats');
  };

  test('has the attributes of a first-party cookie, lives for 400 days, and outlives the cap on those of scripts', async () => {
    await open('data-page data-cookie');
    const [answer] = await Promise.all([identity(), page.goto(shop())]);
    const first = await id();
    expect(answer.status()).toBe(204);
    expect(await answer.headerValue('set-cookie')).toBe(
      `tributary_aid=${first}; Path=/; Max-Age=34560000; SameSite=Lax; Domain=shop.example`,
    );
    await expect.poll(days).toBeGreaterThan(399);
    expect(await cookie()).toMatchObject({
      value: first,
      domain: '.shop.example',
      path: '/',
      sameSite: 'Lax',
      // The tracker reads it, on plain http too; on https the API makes it Secure (its own tests).
      httpOnly: false,
      secure: false,
    });
    // What the tracker does afterwards does not bring it under the cap again.
    await page.evaluate(`tributary.track('a')`);
    await page.reload();
    await page.waitForFunction('window.tributary?.stats');
    expect(await days()).toBeGreaterThan(399);
    await weekLater();
    expect(await id()).toBe(first);
    await page.goto(shop('blog.shop.example'));
    await page.waitForFunction('window.tributary?.stats');
    expect(await id()).toBe(first);
  });

  test('is what makes the difference: without it the visitor is another one', async () => {
    await open('data-page');
    await page.goto(shop());
    await page.waitForFunction('window.tributary?.stats');
    const first = await id();
    expect(await days()).toBeLessThan(7.1);
    await weekLater();
    expect(await id()).not.toBe(first);
  });

  test('is refused where the API is of another site, and the tracker goes on without it', async () => {
    await open('data-page data-cookie', api('events.other.example'));
    const [answer] = await Promise.all([identity(), page.goto(shop())]);
    expect(answer.status()).toBe(403);
    expect(await days()).toBeLessThan(7.1);
    await page.evaluate(`tributary.track('a'); tributary.flush()`);
    await expect.poll(() => page.evaluate('tributary.stats().sent')).toBeGreaterThan(1);
  });
});

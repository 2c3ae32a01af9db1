import { need } from '@tributary/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Stage, startStage } from './stage.js';

/** Sites with names, over plain http: there is no Web Lock and no `crypto.randomUUID`, and subdomains are real ones. */
describe.skipIf(!need('chromium').ok)('a visitor of several sites', () => {
  let stage: Stage;
  let page: Page;
  const at = (host: string, path = '/') => `http://${host}:${stage.port}${path}`;
  const id = () => page.evaluate<string>('tributary.anonymousId()');
  const cookie = async () => (await stage.context().cookies()).find(({ name }) => name === 'tributary_aid');

  beforeAll(async () => {
    stage = await startStage();
  });
  beforeEach(async () => {
    await stage.anotherVisitor();
    page = await stage.page();
    stage.put('/', stage.tag());
  });
  afterAll(() => stage?.close());

  test('is one on all subdomains, by a cookie of the site that is Lax', async () => {
    await page.goto(at('www.shop.example'));
    const first = await id();
    await page.evaluate(`tributary.identify('u1')`);
    expect(await cookie()).toMatchObject({ domain: '.shop.example', sameSite: 'Lax', value: first, path: '/' });
    await page.goto(at('blog.shop.example'));
    expect([await id(), await page.evaluate('tributary.userId()')]).toEqual([first, 'u1']);
    await page.evaluate('tributary.reset()');
    await page.goto(at('www.shop.example'));
    expect(await id()).not.toBe(first);
    expect(await page.evaluate('tributary.userId()')).toBeUndefined();
    await page.goto(at('other.example'));
    expect(await page.evaluate('tributary.userId()')).toBeUndefined();
  });

  test('is handed over by a link to another site of the operator, and the address is clean again', async () => {
    stage.put(
      '/',
      stage.tag('data-links="shop.example,blog.example"'),
      `<a href="${at('www.blog.example', '/next?q=1#part')}">Blog</a> <a href="${stage.elsewhere}">Away</a>`,
    );
    stage.put(
      '/next',
      `<script>${stage.stub};tributary.page()</script>${stage.tag('async data-links="shop.example,blog.example"')}`,
    );
    await page.goto(at('shop.example'));
    const first = await id();
    await page.getByText('Blog').click();
    await page.waitForURL(at('www.blog.example', '/next?q=1#part'));
    await expect.poll(() => stage.collector.arrived()).toContain('page');
    expect(await id()).toBe(first);
    expect(stage.collector.events().map(({ anonymousId }) => anonymousId)).toEqual([first]);
    await page.goto(at('shop.example'));
    await page.getByText('Away').click();
    await page.waitForURL(stage.elsewhere);
  });

  test('is not somebody else by a link of a stranger, or by one that is old', async () => {
    const foreign = '0b9cd1f4-1111-4111-8111-0123456789ab';
    const link = (time: number) => at('blog.example', `/?_t=${foreign}.${time.toString(36)}`);
    stage.put('/', stage.tag('data-links="shop.example,blog.example"'));
    const open = async (from: string, time: number) => {
      stage.put('/from', '', `<a href="${link(time)}">Go</a>`);
      await page.goto(from);
      await page.getByText('Go').click();
      await page.waitForURL(at('blog.example'));
      await page.waitForFunction('!!window.tributary');
      return id();
    };
    expect(await open(at('evil.example', '/from'), Date.now())).not.toBe(foreign);
    expect(await open(at('shop.example', '/from'), Date.now() - 300_000)).not.toBe(foreign);
    expect(await open(at('shop.example', '/from'), Date.now())).toBe(foreign);
  });

  test('keeps the cookie that the collector sets, where it is of the same site', async () => {
    const collector = `http://events.shop.example:${new URL(stage.collector.origin).port}`;
    stage.put(
      '/',
      `<script async src="/t.js" data-key="demo" data-endpoint="${collector}" data-cookie data-page></script>`,
    );
    await page.goto(at('www.shop.example'));
    await expect.poll(() => stage.collector.requests.map(({ path }) => path)).toContain('/v1/identity');
    await page.waitForTimeout(200);
    const first = await id();
    expect(await cookie()).toMatchObject({ domain: '.shop.example', value: first });
    // What a browser does to what scripts have set; the cookie that the server set it keeps.
    await page.evaluate('localStorage.clear()');
    await page.reload();
    await page.waitForFunction('!!window.tributary');
    expect(await id()).toBe(first);
    expect(new Set(stage.collector.requests.map(({ method }) => method))).toEqual(new Set(['POST']));
  });
});

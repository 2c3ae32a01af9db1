import { setTimeout as sleep } from 'node:timers/promises';
import { need } from '@tributary/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isFull, names, type Stage, startStage, VISITS } from './stage.js';

/** In all of this there are 100 ms from the collector's receipt to its answer. */
describe.skipIf(!need('chromium').ok)('a visitor who leaves', () => {
  let stage: Stage;
  let page: Page;
  const all = (expected: string[]) =>
    expect.poll(() => stage.collector.arrived(), { timeout: 15_000 }).toEqual(expected);
  /** Before the next visit, which would bring it too. */
  const here = (name: string) =>
    expect.poll(() => stage.collector.arrived(), { timeout: 5_000, interval: 25 }).toContain(name);

  beforeAll(async () => {
    stage = await startStage();
    stage.put('/', stage.tag());
  });
  beforeEach(async () => {
    await stage.anotherVisitor();
    page = await stage.page();
  });
  afterAll(() => stage?.close());

  test.each([
    ['for another origin', () => stage.elsewhere],
    ['for a page of the same origin', () => `${stage.url}/empty`],
  ])('%s loses nothing, asks for no preflight, and sends plain text', async (_, target) => {
    for (const name of names(VISITS)) {
      await page.goto(stage.url);
      await page.evaluate(`tributary.track('${name}'); location.href = '${target()}'`);
      await page.waitForURL(target());
      await here(name);
    }
    await all(names(VISITS));
    expect(new Set(stage.collector.requests.map(({ method, path, type }) => `${method} ${path} ${type}`))).toEqual(
      new Set(['POST /v1/batch text/plain;charset=UTF-8']),
    );
  });

  test('by closing the tab loses nothing', async () => {
    for (const name of names(VISITS)) {
      const tab = await stage.page();
      await tab.goto(stage.url);
      await tab.evaluate(`tributary.track('${name}')`);
      await tab.close({ runBeforeUnload: true });
      await expect.poll(() => tab.isClosed()).toBe(true);
      await here(name);
    }
    await all(names(VISITS));
  });

  test.each([
    ['with the snippet, and a script that never comes', () => stage.stub, () => stage.tag('async', '/never.js')],
    ['with the snippet, and a script that comes in time or not', () => stage.stub, () => stage.tag('async')],
    ['with the script in the cache', () => '', () => stage.tag('data-page')],
  ])('50 ms after the page loses nothing: %s', async (_, snippet, tag) => {
    const call = snippet() && 'tributary.page();';
    const leave = `setTimeout(() => { location.href = '${stage.elsewhere}' }, 50)`;
    stage.put('/bounce', `<script>${snippet()};${call}</script>${tag()}<script>${leave}</script>`);
    const bounced = () => stage.collector.events().map(({ context }) => new URL(context.page.url).search.slice(1));
    for (const name of names(VISITS)) {
      await page.goto(`${stage.url}/bounce?${name}`, { waitUntil: 'commit' });
      await page.waitForURL(stage.elsewhere);
      await expect.poll(bounced, { timeout: 5_000, interval: 25 }).toContain(name);
    }
    await sleep(200);
    expect(bounced()).toEqual(names(VISITS));
  });

  test('with 100 KB that were just made loses 5 % at most, and nothing after the next visit', async () => {
    const rounds = isFull ? 30 : 3;
    const missing: number[] = [];
    const burst = (round: number) => names(50).map((name) => `${round}${name}`);
    const arrived = (round: number) => stage.collector.arrived().filter((name) => name.startsWith(`${round}e`));
    for (let round = 0; round < rounds; round++) {
      await page.goto(stage.url);
      // What earlier visits left is out of the way.
      await expect
        .poll(() => page.evaluate('Object.keys(localStorage).filter((key) => /_q/.test(key)).length'), {
          timeout: 15_000,
        })
        .toBe(0);
      await page.evaluate(`
        for (let i = 0; i < 50; i++) tributary.track('${round}e' + i, { text: 'x'.repeat(2000 - 700) });
        location.href = '${stage.elsewhere}'`);
      await page.waitForURL(stage.elsewhere);
      await sleep(700);
      missing.push(50 - arrived(round).length);
      await page.goto(stage.url);
      await expect.poll(() => arrived(round).sort(), { timeout: 15_000 }).toEqual(burst(round).sort());
    }
    const bytes = stage.collector.events().reduce((sum, event) => sum + JSON.stringify(event).length, 0) / rounds;
    expect(bytes).toBeGreaterThan(100_000);
    const lost = missing.reduce((sum, count) => sum + count) / (50 * rounds);
    expect(lost, `missing at exit: ${missing.join(' ')}`).toBeLessThanOrEqual(0.05);
  });

  test('while a batch is under way keeps the order', async () => {
    await page.goto(stage.url);
    await page.evaluate(`tributary.track('e0'); tributary.flush(); tributary.track('e1'); location.href = '/empty'`);
    await page.waitForURL(`${stage.url}/empty`);
    await all(names(2));
  });
});

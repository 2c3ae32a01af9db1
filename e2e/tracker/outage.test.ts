import { setTimeout as sleep } from 'node:timers/promises';
import { need } from '@tributary/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isFull, names, type Stage, startStage, VISITS } from './stage.js';

/** How long the collector refuses: a minute in full, some seconds in the daily run. */
const OUTAGE = isFull ? 60_000 : 5_000;

describe.skipIf(!need('chromium').ok)('while the collector is out of reach', () => {
  let stage: Stage;
  let page: Page;
  const arrives = (expected: string[], timeout = 15_000) =>
    expect.poll(() => stage.collector.arrived(), { timeout, interval: 100 }).toEqual(expected);

  beforeAll(async () => {
    stage = await startStage();
    stage.put('/', stage.tag());
  });
  beforeEach(async () => {
    await stage.anotherVisitor();
    page = await stage.page();
  });
  afterAll(() => stage?.close());

  test('503, then the next page: it sends what was left, in order', async () => {
    for (let i = 0; i < VISITS; i++) {
      stage.collector.settings.status = 503;
      await page.goto(stage.url);
      await page.evaluate(`tributary.track('e${i}')`);
      await page.goto(stage.elsewhere);
      expect(stage.collector.arrived()).toEqual(names(i));
      stage.collector.settings.status = 200;
      await page.goto(stage.url);
      await arrives(names(i + 1));
    }
  });

  test(`${OUTAGE / 1000} s of 503: nothing is lost, nothing is asked for too often`, async () => {
    stage.collector.settings.status = 503;
    await page.goto(stage.url);
    const count = OUTAGE / 250;
    for (let i = 0; i < count; i++) {
      await page.evaluate(`tributary.track('e${i}')`);
      await sleep(250);
    }
    expect(stage.collector.arrived()).toEqual([]);
    // Backing off: after a minute there were about six tries, not one for each event.
    expect(stage.collector.requests.length).toBeLessThan(10);
    stage.collector.settings.status = 200;
    await arrives(names(count), OUTAGE + 15_000);
    await expect.poll(() => page.evaluate('tributary.stats()')).toEqual({ sent: count, dropped: 0, rejected: 0 });
  });

  test('5 s offline: the events go as soon as the network is back', async () => {
    await page.goto(stage.url);
    await stage.context().setOffline(true);
    for (let i = 0; i < 10; i++) {
      await page.evaluate(`tributary.track('e${i}')`);
      await sleep(500);
    }
    expect(stage.collector.arrived()).toEqual([]);
    await stage.context().setOffline(false);
    await arrives(names(10), 3_000);
  });

  test('offline, and the page is left: the next page sends it', async () => {
    await page.goto(stage.url);
    await stage.context().setOffline(true);
    await page.evaluate(`tributary.track('e0')`);
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => page.isClosed()).toBe(true);
    await stage.context().setOffline(false);
    page = await stage.page();
    await page.goto(stage.url);
    await arrives(names(1));
  });
});

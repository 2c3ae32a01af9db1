import { Worker } from 'node:worker_threads';
import { need } from '@tributary/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isFull, type Stage, startStage } from './stage.js';

const TABS = ['one', 'two', 'three', 'four'];
const EVENTS = 30;
/** How often four tabs are opened at the same moment, beside two threads that never rest. */
const ROUNDS = isFull ? 50 : 3;

describe.skipIf(!need('chromium').ok)('several tabs', () => {
  let stage: Stage;
  const of = (tab: string) => stage.collector.arrived().filter((name) => name.startsWith(`${tab}-`));
  const expected = (tab: string) => Array.from({ length: EVENTS }, (_, i) => `${tab}-${i}`);
  const sentTwice = () => {
    const bytes = stage.collector.requests.reduce((sum, request) => sum + request.bytes, 0);
    return bytes / stage.collector.events().reduce((sum, event) => sum + JSON.stringify(event).length, 0);
  };

  beforeAll(async () => {
    stage = await startStage();
  });
  beforeEach(() => stage.anotherVisitor());
  afterAll(() => stage?.close());

  test.each([
    ['with Web Locks', ''],
    ['without them', `<script>Object.defineProperty(navigator, 'locks', { value: undefined })</script>`],
  ])('send each event once and in order, %s', async (_, before) => {
    stage.put('/', before + stage.tag());
    const tabs = await Promise.all(TABS.map(() => stage.page()));
    await Promise.all(tabs.map((tab) => tab.goto(stage.url)));
    await Promise.all(
      tabs.map((tab, i) =>
        tab.evaluate(`new Promise((done) => {
          let i = 0;
          const timer = setInterval(() => {
            tributary.track('${TABS[i]}-' + i);
            if (++i === ${EVENTS}) { clearInterval(timer); done(); }
          }, 20);
        })`),
      ),
    );
    const total = TABS.length * EVENTS;
    await expect.poll(() => stage.collector.arrived().length, { timeout: 15_000 }).toBe(total);
    for (const tab of TABS) expect(of(tab)).toEqual(expected(tab));
    // The tabs do not send the same again: beyond the events there are only the envelopes.
    expect(sentTwice()).toBeLessThan(1.2);
    expect(new Set(stage.collector.events().map(({ anonymousId }) => anonymousId)).size).toBe(1);
  });

  test('one of them that is closed in the middle leaves nothing undone', async () => {
    stage.put('/', stage.tag());
    const [one, two] = [await stage.page(), await stage.page()];
    await Promise.all([one.goto(stage.url), two.goto(stage.url)]);
    for (let i = 0; i < 10; i++) await one.evaluate(`tributary.track('one-${i}')`);
    await two.evaluate(`tributary.track('two-0')`);
    await one.close({ runBeforeUnload: true });
    await expect.poll(() => stage.collector.arrived().length, { timeout: 15_000 }).toBe(11);
  });

  test('opened at the same moment on the first visit are one visitor, also on a machine that is busy', async () => {
    const busy = [0, 1].map(() => new Worker('for (;;);', { eval: true }));
    stage.put(
      '/',
      `${stage.tag('data-page')}<script>
        tributary.identify('u1');
        for (let i = 0; i < 5; i++) setTimeout(() => tributary.track('t' + i), i * 30);
      </script>`,
    );
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await stage.anotherVisitor();
        const tabs = await Promise.all(TABS.map(() => stage.page()));
        await Promise.all(tabs.map((tab) => tab.goto(stage.url)));
        await expect.poll(() => stage.collector.arrived().length, { timeout: 30_000 }).toBe(TABS.length * 7);
        const [id, ...others] = new Set(stage.collector.events().map(({ anonymousId }) => anonymousId));
        expect(others, `round ${round}`).toEqual([]);
        for (const tab of tabs) {
          expect(await tab.evaluate('[tributary.anonymousId(), tributary.userId()]'), `round ${round}`).toEqual([
            id,
            'u1',
          ]);
        }
      }
    } finally {
      await Promise.all(busy.map((thread) => thread.terminate()));
    }
  });
});

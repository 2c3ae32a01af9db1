import { need } from '@tributary/testing';
import { expect, test } from 'vitest';
import { bundle } from '../../packages/tracker-js/bundles.mjs';
import { isFull, startStage } from './stage.js';

/** Processor time, but on a machine that is busy that grows, too: in the daily run it only may not be absurd. */
const LIMIT = isFull ? 15 : 100;

test.skipIf(!need('chromium').ok)(
  'evaluating and starting takes 15 ms at most with a processor that is four times slower',
  async () => {
    const stage = await startStage();
    const code = await bundle('t.js');
    const times: number[] = [];
    for (let i = 0; i < 15; i++) {
      const page = await stage.page();
      await page.goto(`${stage.url}/empty`);
      const session = await stage.context().newCDPSession(page);
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      const spent = async () => {
        const { metrics } = await session.send('Performance.getMetrics');
        return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0) * 1000;
      };
      const start = (text: string) =>
        page.evaluate(`(() => {
        const script = document.createElement('script');
        Object.assign(script.dataset, { key: 'demo', endpoint: ${JSON.stringify(stage.collector.origin)} });
        script.textContent = ${JSON.stringify(text)};
        document.head.append(script);
      })()`);
      await start('');
      const before = await spent();
      await start(code);
      times.push((await spent()) - before);
      await page.close();
    }
    await stage.close();
    const median = times.sort((a, b) => a - b)[7];
    expect(median, times.map((time) => time.toFixed(1)).join(' ')).toBeLessThanOrEqual(LIMIT);
  },
);

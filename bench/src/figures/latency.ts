import { setTimeout as sleep } from 'node:timers/promises';
import { load as loadAverage } from '../machine/load.js';
import { percentile, spread } from '../machine/numbers.js';
import type { Figure } from './figure.js';
import { atHalfLoad } from './half-load.js';

/** People of whom it is watched when an event becomes visible, side by side. */
const PROBES = 2;
/** Milliseconds between two looks. */
const LOOK = 3;

/** From the answer to an event until `GET /v1/profile` shows what it did, at half load. */
export const latency: Figure = {
  name: 'latency',
  title: 'latency, accepted to visible, at half load',
  async run(context) {
    const before = loadAverage();
    const half = await atHalfLoad(context);
    const times: number[] = [];
    try {
      const seconds = context.scale.seconds * 2;
      const end = performance.now() + seconds * 1_000;
      const probes = Array.from({ length: PROBES }, async (_, n) => {
        for (let i = 0; performance.now() < end; i++) {
          times.push(await probe(half.tributary.url, `probe-${n}`, `probe-${n}-${i}`));
          await sleep(20);
        }
      });
      const [sent] = await Promise.all([
        half.generator.ask({ kind: 'rate', perSecond: half.perSecond, seconds }),
        ...probes,
      ]);
      const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
      return [
        {
          figure: 'latency',
          variant: `accepted to visible at ${half.rate} events/s, p50 and p99`,
          unit: 'ms',
          ours: { ...spread([p50, p99]), median: p50, min: p50, max: p99 },
          aim: 'p50 <= 15, p99 <= 100 ms',
          held: p50 <= 15 && p99 <= 100,
          load: before,
          notes: [
            `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${times.length} events, looked for every ${LOOK} ms`,
            `the requests beside them: p50 ${sent.p50.toFixed(1)} ms, p99 ${sent.p99.toFixed(1)} ms`,
          ],
        },
      ];
    } finally {
      await half.stop();
    }
  },
};

async function probe(url: string, anonymousId: string, messageId: string): Promise<number> {
  const body = JSON.stringify({ writeKey: 'bench', event: 'Product Viewed', anonymousId, messageId });
  const answer = await fetch(`${url}/v1/track`, { method: 'POST', body });
  await answer.arrayBuffer();
  const accepted = performance.now();
  for (let looks = 0; looks < 10_000; looks++) {
    const look = await fetch(`${url}/v1/profile?writeKey=bench&anonymousId=${anonymousId}`);
    const { traits } = (await look.json()) as { traits?: { seen?: string } };
    if (traits?.seen === messageId) return performance.now() - accepted;
    await sleep(LOOK);
  }
  throw new Error(`The event ${messageId} did not become visible.`);
}

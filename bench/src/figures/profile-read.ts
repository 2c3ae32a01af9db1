import { startLoad } from '../load/load.js';
import { load as loadAverage } from '../machine/load.js';
import { spread } from '../machine/numbers.js';
import type { Figure } from './figure.js';
import { atHalfLoad } from './half-load.js';

const PER_SECOND = 1_000;

/** What a page waits for, while events run. */
export const profileRead: Figure = {
  name: 'profile-read',
  title: 'GET /v1/profile while events run at half load',
  async run(context) {
    const before = loadAverage();
    const half = await atHalfLoad(context);
    const readers = await startLoad({
      url: half.tributary.url,
      connections: 50,
      send: { kind: 'profiles', people: 2_000 },
    });
    try {
      const { seconds } = context.scale;
      await readers.ask({ kind: 'rate', perSecond: PER_SECOND, seconds: Math.min(1, seconds) });
      const [read] = await Promise.all([
        readers.ask({ kind: 'rate', perSecond: PER_SECOND, seconds: seconds * 2 }),
        half.generator.ask({ kind: 'rate', perSecond: half.perSecond, seconds: seconds * 2 }),
      ]);
      return [
        {
          figure: 'profile-read',
          variant: `p99 at ${PER_SECOND} requests/s and ${half.rate} events/s`,
          unit: 'ms',
          ours: spread([read.p99]),
          aim: '<= 10 ms',
          held: read.p99 <= 10,
          load: before,
          notes: [`p50 ${read.p50.toFixed(1)} ms, of ${read.requests} requests, counted from when each was due`],
        },
      ];
    } finally {
      await readers.stop();
      await half.stop();
    }
  },
};

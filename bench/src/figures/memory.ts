import { residentBytes } from '../machine/cpu.js';
import { load as loadAverage } from '../machine/load.js';
import { spread } from '../machine/numbers.js';
import type { Figure } from './figure.js';
import { atHalfLoad } from './half-load.js';

const MB = 1024 ** 2;
/** Growth over the second half of the time that passes for none: the heap breathes. */
const BREATH = 0.1;

/** The memory of all processes of Tributary (not of the servers) under half load. */
export const memory: Figure = {
  name: 'memory',
  title: 'memory of all Tributary processes at half load',
  async run(context) {
    const before = loadAverage();
    const half = await atHalfLoad(context, true);
    const samples: number[] = [];
    const seconds = context.scale.memoryMinutes * 60;
    const look = () => samples.push(half.tributary.all.reduce((sum, { pid }) => sum + residentBytes(pid), 0) / MB);
    const timer = setInterval(look, Math.min(1_000, (seconds * 1_000) / 20));
    try {
      await half.generator.ask({ kind: 'rate', perSecond: half.perSecond, seconds });
      look();
      const most = Math.max(...samples);
      const [middle, end] = [mean(samples, 0.5, 0.67), mean(samples, 0.83, 1)];
      const growth = (end - middle) / middle;
      return [
        {
          figure: 'memory',
          variant: `api, worker and scheduler over ${context.scale.memoryMinutes} minutes at ${half.rate} events/s, the most`,
          unit: 'MB',
          ours: spread([most]),
          aim: '< 1024 MB, no growth',
          held: most < 1_024 && growth < BREATH,
          load: before,
          notes: [`from the middle to the end ${(growth * 100).toFixed(1)} %, at the end ${end.toFixed(0)} MB`],
        },
      ];
    } finally {
      clearInterval(timer);
      await half.stop();
    }
  },
};

/** The mean of a part of the samples. */
function mean(samples: readonly number[], from: number, to: number): number {
  const begin = Math.floor(samples.length * from);
  const part = samples.slice(begin, Math.max(begin + 1, Math.floor(samples.length * to)));
  return part.reduce((sum, n) => sum + n, 0) / Math.max(1, part.length);
}

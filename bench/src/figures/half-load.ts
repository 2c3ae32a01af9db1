import { type Deployment, deploy } from '../deployment/deployment.js';
import { threeNodes } from '../deployment/flows.js';
import { type Load, startLoad } from '../load/load.js';
import type { Context, Line } from './figure.js';

export const BATCH = 20;
/** Events/s that half load is when the throughput was not measured in this run. */
const ASSUMED = 3_000;
/** Rounds of this load before anything is measured: for so long V8 compiles beside the work, on the same cores. */
const WARM = 5;

/** Half of what this run found to be the throughput on Redis + PostgreSQL, in events/s. */
export function halfLoad(lines: readonly Line[]): number {
  const found = lines.find(({ figure }) => figure === 'end-to-end-postgres');
  return Math.round(found ? found.ours.median / 2 : ASSUMED);
}

/** A deployment, and a generator that can keep it at half load. */
export interface AtHalfLoad {
  tributary: Deployment;
  generator: Load;
  /** Requests/s of the generator. */
  perSecond: number;
  /** Events/s. */
  rate: number;
  stop(): Promise<void>;
}

/** Starts both, warm: the programs are compiled and the people are there. */
export async function atHalfLoad({ servers, lines, scale }: Context, scheduler = false): Promise<AtHalfLoad> {
  const rate = halfLoad(lines);
  const perSecond = rate / BATCH;
  const backend = await servers.fresh('postgres');
  const tributary = await deploy({ backend, flows: [threeNodes()], workers: scale.workers, scheduler });
  const generator = await startLoad({
    url: tributary.url,
    connections: 50,
    send: {
      ...{ kind: 'events', size: BATCH, run: 'half', people: 2_000, spread: 'skewed' },
      ...{ event: 'Product Viewed', pool: 2_000 },
    },
  });
  const { events } = await generator.ask({ kind: 'rate', perSecond, seconds: scale.seconds * WARM });
  await tributary.untilApplied(events, 60);
  return {
    tributary,
    generator,
    perSecond,
    rate,
    async stop() {
      await generator.stop();
      await tributary.stop();
    },
  };
}

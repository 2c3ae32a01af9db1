import { type Deployment, deploy } from '../deployment/deployment.js';
import { fillProfiles } from '../deployment/fill.js';
import { idleFlows, threeNodes } from '../deployment/flows.js';
import { startLoad } from '../load/load.js';
import type { LoadOptions } from '../load/orders.js';
import { cpuSeconds } from '../machine/cpu.js';
import { load as loadAverage } from '../machine/load.js';
import { spread } from '../machine/numbers.js';
import type { Context, Figure, Line } from './figure.js';
import { withFirstProfile } from './start.js';

const BATCH = 20;
/** Events/s while the cost is taken: the same for both, so that batches are as large. */
const RATE = 2_000;
const MOST = 1.2;

/** One side of a comparison. */
interface Side {
  name: string;
  begin(): Promise<Deployment>;
  people: number;
  spread: 'skewed' | 'even';
}

/** Does an event cost more in a larger deployment? CPU time of the worker processes for each event. */
export const cost: Figure = {
  name: 'cost',
  title: 'cost of an event, CPU time of the workers',
  async run(context) {
    const { servers, scale } = context;
    const many = (count: number): Side => ({
      name: `${count} profiles`,
      people: count,
      spread: 'even',
      async begin() {
        const backend = await servers.fresh('postgres');
        await withFirstProfile(backend);
        await fillProfiles(backend, 'device-first', count);
        return deploy({ backend, flows: [threeNodes()] });
      },
    });
    const flows = (count: number): Side => ({
      name: `${count} ${count === 1 ? 'flow' : 'flows'}`,
      people: 2_000,
      spread: 'skewed',
      begin: async () =>
        deploy({ backend: await servers.fresh('postgres'), flows: [threeNodes(), ...idleFlows(count - 1)] }),
    });
    const timeline = (count: number): Side => ({
      name: `a profile with ${count} events`,
      people: 1,
      spread: 'even',
      async begin() {
        const tributary = await deploy({ backend: await servers.fresh('postgres'), flows: [threeNodes()] });
        await feed(tributary, { people: 1, spread: 'even' }, count);
        return tributary;
      },
    });
    const workers = (count: number): Side => ({
      name: `${count} ${count === 1 ? 'worker' : 'workers'}`,
      people: 2_000,
      spread: 'skewed',
      begin: async () => deploy({ backend: await servers.fresh('postgres'), flows: [threeNodes()], workers: count }),
    });
    return [
      await line(context, many(Math.min(10_000, scale.profiles / 10)), many(scale.profiles)),
      await line(context, flows(1), flows(100)),
      await line(context, flows(1), flows(500)),
      await line(context, timeline(10), timeline(scale.timeline)),
      await line(context, workers(1), workers(3)),
    ];
  },
};

async function line({ scale }: Context, first: Side, second: Side): Promise<Line> {
  const before = loadAverage();
  const [a, b]: [number[], number[]] = [[], []];
  const one = await first.begin();
  try {
    const two = await second.begin();
    try {
      for (let round = -1; round < scale.rounds; round++) {
        const seconds = round < 0 ? scale.seconds * 2 : scale.seconds;
        const costs = [await measure(one, first, seconds, round), await measure(two, second, seconds, round)];
        // The first round compiles the programs.
        if (round < 0) continue;
        a.push(costs[0] as number);
        b.push(costs[1] as number);
      }
    } finally {
      await two.stop();
    }
  } finally {
    await one.stop();
  }
  const [ceiling, ours] = [spread(a), spread(b)];
  const ratio = ours.median / ceiling.median;
  return {
    figure: 'cost',
    variant: `${second.name}, against ${first.name}`,
    unit: 'µs/event',
    ceiling: { what: first.name, ...ceiling },
    ours,
    ratio,
    aim: `<= ${MOST}`,
    held: ratio <= MOST,
    load: before,
    notes: [],
  };
}

/** Microseconds of CPU of all workers for each event. */
async function measure(tributary: Deployment, side: Side, seconds: number, round: number): Promise<number> {
  const already = await tributary.eye.applied();
  const generator = await startLoad(options(tributary, side, `k${round + 1}`));
  try {
    const used = () => tributary.workers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
    const before = used();
    const { events } = await generator.ask({ kind: 'rate', perSecond: RATE / BATCH, seconds });
    await tributary.untilApplied(already + events, 120);
    return ((used() - before) / events) * 1e6;
  } finally {
    await generator.stop();
  }
}

async function feed(tributary: Deployment, who: Pick<Side, 'people' | 'spread'>, events: number): Promise<void> {
  const generator = await startLoad(options(tributary, who, 'feed'));
  try {
    const sent = await generator.ask({ kind: 'until', requests: Math.ceil(events / BATCH) });
    await tributary.untilApplied(sent.events, 600);
  } finally {
    await generator.stop();
  }
}

function options(tributary: Deployment, who: Pick<Side, 'people' | 'spread'>, run: string): LoadOptions {
  const { people, spread: how } = who;
  return {
    url: tributary.url,
    connections: 10,
    send: { kind: 'events', size: BATCH, run, people, spread: how, event: 'Product Viewed', pool: 2_000 },
  };
}

import { join } from 'node:path';
import { startBare } from '../ceiling/bare.js';
import { type AtRest, atRest } from '../deployment/at-rest.js';
import { deploy } from '../deployment/deployment.js';
import { threeNodes } from '../deployment/flows.js';
import { load } from '../load/load.js';
import type { LoadOptions } from '../load/orders.js';
import { cpuSeconds } from '../machine/cpu.js';
import { load as loadAverage } from '../machine/load.js';
import type { Backend, BackendName } from '../servers/backends.js';
import { inTurn } from './compare.js';
import type { Context, Figure, Line } from './figure.js';

const BATCH = 20;

/** Events of a round for each second that it is given: about what each backend does. */
const SIZES: { [name in BackendName]: number } = { postgres: 8_000, mongo: 2_500, embedded: 2_500 };

/** The servers beside the programs, in the order of `Servers.pids`. */
const SERVERS: { [name in BackendName]: string } = {
  postgres: ' + Redis + PostgreSQL',
  mongo: ' + Redis + MongoDB',
  embedded: '',
};

/** Events before those that are measured: so many, until the programs run as fast as they will. */
const WARM: { [name in BackendName]: number } = { postgres: 20_000, mongo: 16_000, embedded: 4_000 };

const AIMS: { [name in BackendName]: number } = { postgres: 10_000, mongo: 0, embedded: 3_000 };

function endToEnd(name: BackendName, connections: readonly number[]): Figure {
  return {
    name: `end-to-end-${name}`,
    title: `events/s from accepted to profile updated and event stored, ${name}`,
    async run(context) {
      const lines: Line[] = [];
      for (const n of connections) lines.push(await line(context, name, n));
      return lines;
    },
  };
}

export const endToEndFigures: readonly Figure[] = [
  endToEnd('postgres', [50, 500]),
  endToEnd('mongo', [50]),
  endToEnd('embedded', [50]),
];

async function line(context: Context, name: BackendName, connections: number): Promise<Line> {
  const { servers, scale } = context;
  // mongo-java-server does one thing at a time, and two programs without logic come into conflict there.
  const workers = name === 'mongo' ? 1 : scale.workers;
  const before = loadAverage();
  const events = Math.ceil((SIZES[name] * scale.seconds) / BATCH) * BATCH;
  const patience = 30 + scale.seconds * 20;
  const runs: { ours?: AtRest; ceiling?: AtRest } = {};
  let title = '';
  let cpu = '';

  const measure = async (target: Target, run: string) => {
    // The first events compile the programs and make the people.
    const warm = Math.ceil(Math.min(events, WARM[name]) / BATCH) * BATCH;
    await send(target.url, connections, `w${run}`, warm);
    await target.untilApplied(warm, patience);
    const pids = [...target.pids, ...(await servers.pids(name))];
    const before = pids.map(cpuSeconds);
    const begun = performance.now();
    await send(target.url, connections, run, events);
    const accepted = (performance.now() - begun) / 1_000;
    await target.untilApplied(warm + events, patience);
    const seconds = (performance.now() - begun) / 1_000;
    const each = pids.map((pid, i) => ((cpuSeconds(pid) - (before[i] as number)) / events) * 1e6);
    cpu = `${each.map((us) => us.toFixed(0)).join(' + ')} µs of CPU an event (${target.parts}${SERVERS[name]}), accepted in ${accepted.toFixed(1)} of ${seconds.toFixed(1)} s`;
    return events / seconds;
  };
  let oursCpu = '';
  const ours = async (round: number) => {
    const backend = await servers.fresh(name);
    title = backend.title;
    const tributary = await deploy({
      backend,
      flows: [threeNodes()],
      workers,
      ...(context.profiles !== undefined && { profiles: join(context.profiles, name) }),
    });
    const pids = tributary.all.map(({ pid }) => pid);
    const target = { ...tributary, pids, parts: tributary.all.map(({ what }) => what).join(' + ') };
    const rate = await measure(target, `o${round}`).finally(() => tributary.stop());
    oursCpu = cpu;
    runs.ours = await atRest(backend);
    return rate;
  };
  const ceiling = async (round: number) => {
    const backend: Backend = await servers.fresh(name);
    const bare = await startBare(backend, { profile: runs.ours?.profile ?? '{}' }, workers);
    const target = { ...bare, parts: bare.pids.length > 1 ? `api${' + worker'.repeat(workers)}` : 'one process' };
    const rate = await measure(target, `o${round}`).finally(() => bare.stop());
    runs.ceiling = await atRest(backend);
    return rate;
  };

  const found = await inTurn(scale.rounds, ours, ceiling);
  const enough = found.ours.median >= AIMS[name];
  return {
    figure: `end-to-end-${name}`,
    variant: `${title}, batches of ${BATCH}, 3 nodes, ${connections} connections`,
    unit: 'events/s',
    ceiling: { what: 'program without logic', ...found.ceiling },
    ours: found.ours,
    ratio: found.ratio,
    aim: `>= 0.6${AIMS[name] > 0 ? `, >= ${AIMS[name]}/s` : ''}`,
    held: found.ratio >= 0.6 && enough,
    load: before,
    notes: [`ours: ${oursCpu}${batchesOf(runs.ours)}`, `ceiling: ${cpu}${batchesOf(runs.ceiling)}`],
    ...(runs.ours && runs.ceiling && { work: { ours: runs.ours.rows, ceiling: runs.ceiling.rows } }),
  };
}

/** How many events went into a batch, at the mean. */
function batchesOf(found: AtRest | undefined): string {
  return found ? `, ${(found.rows.events / found.batches).toFixed(1)} events in a batch` : '';
}

interface Target {
  url: string;
  pids: number[];
  parts: string;
  untilApplied(events: number, patienceSeconds: number): Promise<void>;
}

function send(url: string, connections: number, run: string, events: number) {
  const options: LoadOptions = {
    url,
    connections,
    send: {
      kind: 'events',
      size: BATCH,
      run,
      people: 2_000,
      spread: 'skewed',
      event: 'Product Viewed',
      pool: Math.min(2_000, events / BATCH),
    },
  };
  return load(options, { kind: 'until', requests: events / BATCH });
}

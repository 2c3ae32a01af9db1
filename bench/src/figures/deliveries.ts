import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startBare } from '../ceiling/bare.js';
import type { DeliverOptions } from '../ceiling/deliver.js';
import { type AtRest, atRest } from '../deployment/at-rest.js';
import { deploy } from '../deployment/deployment.js';
import { webhookFlow } from '../deployment/flows.js';
import { load } from '../load/load.js';
import { cpuSeconds } from '../machine/cpu.js';
import { load as loadAverage } from '../machine/load.js';
import { percentile, type Spread, spread } from '../machine/numbers.js';
import { type Program, startProgram } from '../programs/program.js';
import { allInTurn } from './compare.js';
import type { Context, Figure, Line } from './figure.js';

interface Received {
  url: string;
  received: number;
  lastAt: number;
}
type Receiver = Program<object, Received> & { hello: Received };

const PER_SECOND = 2_000;
const BATCH = 20;
/** Deliveries each second that are wanted. */
const AIM = 5_000;
/** Deliveries before those that are measured: V8 compiles while they run. */
const WARM = 10_000;

/** From accepted to delivered by a signed webhook. */
export const deliveries: Figure = {
  name: 'deliveries',
  title: 'events/s from accepted to delivered by a signed webhook, each event delivered',
  async run(context) {
    const receiver = await startProgram<object, Received>('load/receiver', {});
    try {
      return [...(await rates(context, receiver)), await idle(context, receiver)];
    } finally {
      await receiver.stop();
    }
  },
};

async function rates({ servers, scale, profiles }: Context, receiver: Receiver): Promise<Line[]> {
  const before = loadAverage();
  const events = Math.ceil((PER_SECOND * scale.seconds) / BATCH) * BATCH;
  let sample: AtRest | undefined;
  let cpu = '';
  const { workers } = scale;
  const send = async (url: string, run: string, n: number) => {
    const at = (await receiver.ask({})).received;
    await load(
      {
        url,
        connections: 50,
        send: {
          ...{ kind: 'events', size: BATCH, run, people: 2_000, spread: 'skewed' },
          ...{ event: 'Product Viewed', pool: Math.min(2_000, n / BATCH) },
        },
      },
      { kind: 'until', requests: n / BATCH },
    );
    await arrived(receiver, at + n, 30 + 20 * scale.seconds);
  };
  const whole = async (url: string, pids: number[], round: number) => {
    // They make the people, too.
    await send(url, `w${round}`, Math.min(WARM, 2 * events));
    const used = [...pids, ...(await servers.pids('postgres'))];
    const before = used.map(cpuSeconds);
    const begun = performance.now();
    await send(url, `d${round}`, events);
    const rate = (events / (performance.now() - begun)) * 1_000;
    const each = used.map((pid, i) => ((cpuSeconds(pid) - (before[i] as number)) / events) * 1e6);
    cpu = `${each.map((us) => us.toFixed(0)).join(' + ')} µs of CPU a delivery (api${' + worker'.repeat(workers)} + Redis + PostgreSQL)`;
    return rate;
  };
  let oursCpu = '';
  const ours = async (round: number) => {
    const backend = await servers.fresh('postgres');
    const flows = [webhookFlow(receiver.hello.url)];
    const tributary = await deploy({
      ...{ backend, flows, workers },
      ...(profiles !== undefined && { profiles: join(profiles, 'deliveries') }),
    });
    const pids = tributary.all.map(({ pid }) => pid);
    const rate = await whole(tributary.url, pids, round).finally(() => tributary.stop());
    oursCpu = cpu;
    sample = await atRest(backend);
    return rate;
  };
  const bare = async (round: number) => {
    const backend = await servers.fresh('postgres');
    const { profile, delivery, run } = sample as AtRest;
    const delivered = { delivery, run, receiver: receiver.hello.url };
    const program = await startBare(backend, { profile, delivered }, workers);
    const rate = await whole(program.url, program.pids, round).finally(() => program.stop());
    const left = await atRest(backend);
    if (left.delivered !== sample?.delivered || left.rows.events !== left.delivered) {
      throw new Error(`The ceiling delivered ${left.delivered} of ${left.rows.events}.`);
    }
    return rate;
  };
  const fromRows = async () => {
    const { delivery } = sample as AtRest;
    const { store } = await servers.fresh('postgres').then(withTables);
    const given: DeliverOptions = { store, receiver: receiver.hello.url };
    const program = await startProgram<object, { done: number; seconds: number }>('ceiling/deliver', given);
    try {
      await fill(store, 'warm', Math.min(WARM, 2 * events), delivery);
      await program.ask({});
      await fill(store, 'bench', events, delivery);
      const { done, seconds } = await program.ask({});
      if (done !== events) throw new Error(`The ceiling delivered ${done} of ${events}.`);
      return done / seconds;
    } finally {
      await program.stop();
    }
  };
  const [found, rows, way] = (await allInTurn(scale.rounds, ours, fromRows, bare)) as [Spread, Spread, Spread];
  const line = (variant: string, what: string, ceiling: Spread, notes: string[]): Line => {
    const ratio = found.median / ceiling.median;
    return {
      figure: 'deliveries',
      variant: `Redis + PostgreSQL, batches of ${BATCH}, 50 connections, ${variant}`,
      unit: 'deliveries/s',
      ceiling: { what, ...ceiling },
      ours: found,
      ratio,
      aim: `>= 0.5, >= ${AIM}/s`,
      held: ratio >= 0.5 && found.median >= AIM,
      load: before,
      notes,
    };
  };
  return [
    line('the ceiling from the rows on', 'delivery program without logic', rows, [
      'ours with the load generator and the whole way from the request; the ceiling begins at rows that are due',
    ]),
    line('the ceiling from the request on', 'program without logic that delivers', way, [
      `ours: ${oursCpu}`,
      `ceiling: ${cpu}`,
    ]),
  ];
}

async function idle({ servers, scale }: Context, receiver: Receiver): Promise<Line> {
  const before = loadAverage();
  const backend = await servers.fresh('postgres');
  const tributary = await deploy({ backend, flows: [webhookFlow(receiver.hello.url)] });
  const times: number[] = [];
  try {
    for (let n = 0; n < Math.max(5, Math.min(60, scale.seconds * 8)); n++) {
      const at = (await receiver.ask({})).received;
      const begun = performance.timeOrigin + performance.now();
      await tributary.send({ event: 'Product Viewed', anonymousId: 'device-idle', messageId: `idle-${n}` });
      times.push((await arrived(receiver, at + 1, 20)).lastAt - begun);
      await sleep(80);
    }
  } finally {
    await tributary.stop();
  }
  const p50 = percentile(times, 0.5);
  return {
    figure: 'deliveries',
    variant: 'at idle, from the request sent to the webhook received, p50',
    unit: 'ms',
    ours: spread([p50]),
    aim: '<= 50 ms',
    held: p50 <= 50,
    load: before,
    notes: [`${times.length} events one after the other, p99 ${percentile(times, 0.99).toFixed(1)} ms`],
  };
}

async function arrived(receiver: Receiver, wanted: number, patienceSeconds: number): Promise<Received> {
  const deadline = Date.now() + patienceSeconds * 1_000;
  for (;;) {
    const found = await receiver.ask({});
    if (found.received >= wanted) return found;
    if (Date.now() > deadline) throw new Error(`${wanted - found.received} webhooks did not come in time.`);
    await sleep(5);
  }
}

async function withTables(backend: { store: string }): Promise<{ store: string }> {
  const { createPostgresStore, poolSql } = await import('@tributary/engine');
  const store = createPostgresStore({ sql: poolSql({ url: backend.store, max: 1 }) });
  await store.open();
  await store.close();
  return backend;
}

/** Due rows of the same bytes as those that Tributary made. */
async function fill(store: string, name: string, rows: number, doc: string): Promise<void> {
  const client = new pg.Client({ connectionString: store });
  await client.connect();
  await client.query(
    `INSERT INTO tributary.deliveries
       (id, kind, destination, flow, status, due_at, ready_at, created_at, updated_at, doc)
     SELECT $3 || ':' || lpad(n::text, 12, '0') || ':tell@1:tell:1', 'delivery', 'http://127.0.0.1', 'tell', 'pending',
       0, 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', $1
     FROM generate_series(1, $2::integer) n`,
    [doc, rows, name],
  );
  await client.query('ANALYZE tributary.deliveries');
  await client.end();
}

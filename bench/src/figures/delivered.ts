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
import { type Program, startProgram } from '../programs/program.js';
import type { Context } from './figure.js';

export interface Received {
  url: string;
  received: number;
  lastAt: number;
}
export type Receiver = Program<object, Received> & { hello: Received };

const PER_SECOND = 2_000;
export const BATCH = 20;
/** Deliveries before those that are measured: V8 compiles while they run. */
const WARM = 10_000;

/** Deliveries a second: of Tributary, and of the two programs without logic. */
export class Rates {
  /** Processor time of each process for a delivery, of the last round. */
  readonly cpu = { ours: '', ceiling: '' };
  readonly #events: number;
  /** What ours left: the programs without logic write and send the same texts. */
  #left: AtRest | undefined;

  constructor(
    private readonly context: Context,
    private readonly receiver: Receiver,
  ) {
    this.#events = Math.ceil((PER_SECOND * context.scale.seconds) / BATCH) * BATCH;
  }

  readonly ours = async (round: number): Promise<number> => {
    const { servers, scale, profiles } = this.context;
    const backend = await servers.fresh('postgres');
    const tributary = await deploy({
      ...{ backend, flows: [webhookFlow(this.receiver.hello.url)], workers: scale.workers },
      ...(profiles !== undefined && { profiles: join(profiles, 'deliveries') }),
    });
    const pids = tributary.all.map(({ pid }) => pid);
    const rate = await this.#wholeWay('ours', tributary.url, pids, round).finally(() => tributary.stop());
    this.#left = await atRest(backend);
    return rate;
  };

  /** Takes the job, writes the same rows, completes it, delivers, marks. */
  readonly fromRequest = async (round: number): Promise<number> => {
    const { servers, scale } = this.context;
    const backend = await servers.fresh('postgres');
    const ours = this.#left as AtRest;
    const delivered = { delivery: ours.delivery, run: ours.run, receiver: this.receiver.hello.url };
    const program = await startBare(backend, { profile: ours.profile, delivered }, scale.workers);
    const rate = await this.#wholeWay('ceiling', program.url, program.pids, round).finally(() => program.stop());
    const left = await atRest(backend);
    if (left.delivered !== ours.delivered || left.rows.events !== left.delivered) {
      throw new Error(`The ceiling delivered ${left.delivered} of ${left.rows.events}.`);
    }
    return rate;
  };

  /** Begins at rows that are due. */
  readonly fromRows = async (): Promise<number> => {
    const { delivery } = this.#left as AtRest;
    const { store } = await this.context.servers.fresh('postgres').then(withTables);
    const given: DeliverOptions = { store, receiver: this.receiver.hello.url };
    const program = await startProgram<object, { done: number; seconds: number }>('ceiling/deliver', given);
    try {
      await fill(store, 'warm', Math.min(WARM, 2 * this.#events), delivery);
      await program.ask({});
      await fill(store, 'bench', this.#events, delivery);
      const { done, seconds } = await program.ask({});
      if (done !== this.#events) throw new Error(`The ceiling delivered ${done} of ${this.#events}.`);
      return done / seconds;
    } finally {
      await program.stop();
    }
  };

  async #wholeWay(whose: 'ours' | 'ceiling', url: string, own: number[], round: number): Promise<number> {
    // They make the people, too.
    await this.#send(url, `w${round}`, Math.min(WARM, 2 * this.#events));
    const pids = [...own, ...(await this.context.servers.pids('postgres'))];
    const before = pids.map(cpuSeconds);
    const begun = performance.now();
    await this.#send(url, `d${round}`, this.#events);
    const rate = (this.#events / (performance.now() - begun)) * 1_000;
    const each = pids.map((pid, i) => ((cpuSeconds(pid) - (before[i] as number)) / this.#events) * 1e6);
    const parts = `api${' + worker'.repeat(this.context.scale.workers)} + Redis + PostgreSQL`;
    this.cpu[whose] = `${each.map((us) => us.toFixed(0)).join(' + ')} µs of CPU a delivery (${parts})`;
    return rate;
  }

  async #send(url: string, run: string, n: number): Promise<void> {
    const at = (await this.receiver.ask({})).received;
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
    await arrived(this.receiver, at + n, 30 + 20 * this.context.scale.seconds);
  }
}

/** Waits until the receiver has got so many. */
export async function arrived(receiver: Receiver, wanted: number, patienceSeconds: number): Promise<Received> {
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

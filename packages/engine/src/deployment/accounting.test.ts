import { PGlite } from '@electric-sql/pglite';
import type { Json } from '@tributary/sdk';
import { need, startMongo } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Collector } from '../collect/collector.js';
import { Lanes } from '../collect/lanes.js';
import { defaultRules } from '../identity/rules.js';
import type { Accounting, Source } from '../port.js';
import type { Queue } from '../queue/port.js';
import { createPostgresQueue } from '../queue/postgres.js';
import { createMongoStore } from '../storage/mongo/store.js';
import type { Store } from '../storage/port.js';
import type { CrashPoint } from '../telemetry/crash-point.js';
import { HELD, memoryStore, pipelineBench } from '../testing/bench.js';
import { Crash, onCrashPoint } from '../testing/hooks.js';
import { readAccounting } from './accounting.js';

let pglite: PGlite;
let schemas = 0;
beforeAll(async () => {
  pglite = await PGlite.create();
});
afterAll(() => pglite.close());

const call = (messageId: string, more: { [key: string]: Json } = {}): Json => ({
  type: 'track',
  event: 'e',
  userId: 'u',
  messageId,
  ...more,
});
const source = { id: 'site' } as Source;

/** A queue of one partition, of which batches are done only when a test says so. */
async function deployment(store: Store) {
  const queue = await createPostgresQueue({ pglite, partitions: 1, schema: `q_${++schemas}` });
  const bench = await pipelineBench({ store });
  const permits: (() => void)[] = [];
  let allowed = 0;
  let done = 0;
  const worker = queue.work(async (batch, lease) => {
    if (allowed-- <= 0) await new Promise<void>((resolve) => permits.push(resolve));
    // One by one: what is behind it is not read ahead.
    const alone = { ...HELD, attempt: lease.attempt, signal: lease.signal, verify: () => lease.verify() };
    await bench.process(batch, alone);
    done++;
  });
  return {
    queue,
    /** An api process as it is after its start. */
    api: () => new Collector(queue, new Lanes(queue), defaultRules()),
    async work(batches: number) {
      const until = done + batches;
      for (let n = 0; n < batches; n++) {
        allowed++;
        permits.shift()?.();
      }
      await expect.poll(() => done, { timeout: 30_000, interval: 5 }).toBe(until);
    },
    async close() {
      for (const permit of permits) permit();
      allowed = Number.POSITIVE_INFINITY;
      await worker.stop(100);
      await queue.close();
    },
  };
}

function expectBalance(sums: Accounting): void {
  const { accepted, waiting, applied, duplicate, quarantined, deadLettered } = sums;
  expect(accepted, JSON.stringify(sums)).toBe(waiting + applied + duplicate + quarantined + deadLettered);
}

/** The same object, before and after one of whose calls something else happens. */
function between<T extends Store | Queue>(inner: T, name: keyof T & string, before: Step, after: Step): T {
  const wrapped = async (...values: unknown[]) => {
    await before();
    const answer = await (inner[name] as (...values: unknown[]) => Promise<unknown>).call(inner, ...values);
    await after();
    return answer;
  };
  return new Proxy(inner, { get: (target, key) => (key === name ? wrapped : Reflect.get(target, key, target)) });
}
type Step = () => Promise<unknown>;

function onEvery(name: string, fresh: () => Promise<Store>): void {
  describe(name, () => {
    it.each<CrashPoint>(['lane:before-add', 'lane:after-add', 'collect:before-answer'])(
      'balances when an api process dies at %s and its client sends again',
      { timeout: 60_000 },
      async (point) => {
        const store = await fresh();
        const it = await deployment(store);
        const sums = () => readAccounting(store, it.queue);
        const dying = it.api();
        await dying.accept({ source, calls: [call('a'), call('b')] });
        onCrashPoint((now) => {
          if (now === point) throw new Crash(now);
        });
        const again = { source, calls: [call('c'), call('bad', { event: 7 })] };
        await expect(dying.accept(again)).rejects.toThrow(Crash);
        onCrashPoint(undefined);
        const twice = point === 'lane:before-add' ? 0 : 2;
        expect(await sums()).toMatchObject({ accepted: 2 + twice, waiting: 2 + twice });
        const next = it.api();
        await next.accept(again);
        await next.accept({ source, calls: [call('a')] });
        expect(await sums()).toMatchObject({ accepted: 5 + twice, waiting: 5 + twice });
        for (let left = twice ? 4 : 3; left > 0; left--) {
          await it.work(1);
          expectBalance(await sums());
        }
        const end = { accepted: 5 + twice, waiting: 0, applied: 3, quarantined: 1, duplicate: 1 + twice };
        expect(await sums()).toMatchObject(end);
        await it.close();
      },
    );

    it('balances whatever happens while it is read', { timeout: 60_000 }, async () => {
      const store = await fresh();
      const it = await deployment(store);
      const api = it.api();
      let n = 0;
      const add: Step = () => api.accept({ source, calls: [call(`x${n++}`), call(`x${n++}`)] });
      const work: Step = () => it.work(1);
      const nothing: Step = async () => undefined;
      for (let i = 0; i < 3; i++) await add();
      for (const step of [add, work, () => add().then(work), () => it.work(2).then(add), () => it.work(2).then(add)]) {
        for (const at of ['queue', 'store'] as const) {
          for (const order of [[step, nothing] as const, [nothing, step] as const]) {
            await add();
            const queue = at === 'queue' ? between(it.queue, 'waiting', ...order) : it.queue;
            const watched = at === 'store' ? between(store, 'accounting', ...order) : store;
            expectBalance(await readAccounting(watched, queue));
          }
        }
      }
      await it.close();
    });
  });
}

describe('the accounting', () => {
  onEvery('PostgreSQL in the process', memoryStore);

  const servers = need('mongo');
  describe.skipIf(!servers.ok)('on MongoDB', () => {
    let mongo: Awaited<ReturnType<typeof startMongo>> | undefined;
    afterAll(() => mongo?.stop());
    onEvery('MongoDB', async () => {
      mongo ??= await startMongo();
      return createMongoStore({ url: await mongo.createDatabase() });
    });
  });
});

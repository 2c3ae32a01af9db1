import { PGlite } from '@electric-sql/pglite';
import pino from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createEngine } from '../engine.js';
import { PluginRegistry } from '../plugins/index.js';
import type { Queue } from '../queue/port.js';
import { QueueUnavailable } from '../queue/port.js';
import { createPostgresQueue } from '../queue/postgres.js';
import { type RecordStore, type Store, StoreUnavailable } from '../storage/port.js';
import { createPostgresStore, pgliteSql } from '../storage/postgres/index.js';
import { memoryStore } from '../testing/bench.js';
import { Heartbeats } from './heartbeats.js';
import { TokenList } from './tokens.js';

let pglite: PGlite;
beforeAll(async () => {
  pglite = await PGlite.create();
});
afterAll(async () => pglite.close());

/** The first call of each of these fails: `done` says whether what it asked for was done all the same. */
function awayAtFirst<T extends object>(real: T, methods: readonly (keyof T)[], away: () => Error, done = false): T {
  const left = new Set<PropertyKey>(methods);
  return new Proxy(real, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (!left.delete(key)) return value.bind(target);
      return async (...given: unknown[]) => {
        if (done) await value.apply(target, given);
        throw away();
      };
    },
  });
}

function makeEngine(store: Store, queue: Queue) {
  const settings = { shutdownMs: 5_000, allowPrivateDestinations: false };
  return createEngine({ store, queue, registry: new PluginRegistry(), log: pino({ level: 'silent' }), settings });
}

it('a start that failed because the queue or the store went away may be made again, and begins nothing twice', async () => {
  const realStore = createPostgresStore({ sql: pgliteSql(pglite) });
  await realStore.open();
  await realStore.takeOwnership();
  const realQueue = await createPostgresQueue({ pglite, partitions: 2 });
  const work = vi.spyOn(realQueue, 'work');
  const store = awayAtFirst<Store>(realStore, ['putRecord', 'listRecords'], () => new StoreUnavailable('away'));
  const queue = awayAtFirst<Queue>(realQueue, ['confirmPartitions'], () => new QueueUnavailable('away'));
  const engine = makeEngine(store, queue);
  try {
    const start = () => engine.start(['api', 'worker', 'scheduler']);
    await expect(start()).rejects.toThrow(StoreUnavailable);
    await expect(start()).rejects.toThrow(QueueUnavailable);
    await expect(start()).rejects.toThrow(StoreUnavailable);
    expect(work).not.toHaveBeenCalled();
    await start();
    expect(work).toHaveBeenCalledOnce();
    const source = await engine.sources.create({ name: 'Site', writeKey: 'site' });
    await engine.collect.accept({ source, calls: [{ type: 'identify', userId: 'ann', traits: { plan: 'pro' } }] });
    await expect
      .poll(async () => (await engine.profiles.byIdentifier('userId:ann'))?.traits.plan?.value, { timeout: 30_000 })
      .toBe('pro');
  } finally {
    await engine.stop();
  }
}, 120_000);

it('a start that is under way when the engine is stopped begins nothing, and leaves nothing', async () => {
  const store = await memoryStore();
  await store.open();
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const work = vi.fn();
  const confirmPartitions = () => answered;
  const queue = { partitions: 1, allPartitions: 1, confirmPartitions, work, close: async () => {} };
  const engine = makeEngine(store, queue as unknown as Queue);
  const heartbeats = new Heartbeats(store, () => undefined);
  const closed = vi.spyOn(store, 'close').mockImplementation(async () => {});
  const started = engine.start(['api', 'worker', 'scheduler']);
  await expect.poll(() => heartbeats.list()).toHaveLength(1);
  const stopped = engine.stop(10_000);
  expect(closed).not.toHaveBeenCalled();
  answer();
  await Promise.all([started, stopped]);
  expect(work).not.toHaveBeenCalled();
  expect(await heartbeats.list()).toEqual([]);
  await engine.start(['worker']);
  expect(await heartbeats.list()).toEqual([]);
});

it('a heartbeat that was taken without an answer is made anew', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  try {
    const store = await memoryStore();
    await store.open();
    const away = awayAtFirst<RecordStore>(store, ['putRecord'], () => new StoreUnavailable('away'), true);
    const heartbeats = new Heartbeats(away, () => undefined);
    await expect(heartbeats.start(['api'])).rejects.toThrow('away');
    vi.setSystemTime(1_700_000_030_000);
    expect(await heartbeats.list()).toMatchObject([{ secondsAgo: 30 }]);
    await heartbeats.start(['api']);
    expect(await heartbeats.list()).toMatchObject([{ secondsAgo: 0 }]);
    await heartbeats.stop();
    expect(await heartbeats.list()).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

it('a token whose storing was not answered is shown the next time', async () => {
  const store = await memoryStore();
  await store.open();
  const tokens = new TokenList(
    awayAtFirst<RecordStore>(store, ['putRecord'], () => new StoreUnavailable('away'), true),
  );
  await expect(tokens.ensure(undefined)).rejects.toThrow('away');
  const token = await tokens.ensure(undefined);
  expect(await tokens.verify(token as string)).toBe(true);
  expect(await tokens.ensure(undefined)).toBeUndefined();
  expect(await store.listRecords('token')).toHaveLength(1);
  expect(await new TokenList(store).ensure(undefined)).toBeUndefined();
});

import { PGlite } from '@electric-sql/pglite';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from '../engine.js';
import { PluginRegistry } from '../plugins/index.js';
import type { Queue } from '../queue/port.js';
import { QueueUnavailable } from '../queue/port.js';
import { createPostgresQueue } from '../queue/postgres.js';
import { type RecordStore, type Store, StoreUnavailable } from '../storage/port.js';
import { createPostgresStore, pgliteSql } from '../storage/postgres/index.js';
import { memoryStore } from '../testing/bench.js';
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

it('a process starts although the queue and the store go away right after it has opened them', async () => {
  const realStore = createPostgresStore({ sql: pgliteSql(pglite) });
  await realStore.open();
  await realStore.takeOwnership();
  const realQueue = await createPostgresQueue({ pglite, partitions: 2 });
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).msg) });
  const engine = createEngine({
    store: awayAtFirst<Store>(realStore, ['putRecord', 'listRecords'], () => new StoreUnavailable('away')),
    queue: awayAtFirst<Queue>(realQueue, ['confirmPartitions'], () => new QueueUnavailable('away')),
    registry: new PluginRegistry(),
    log,
    settings: { shutdownMs: 5_000, allowPrivateDestinations: false },
  });
  try {
    await engine.start(['api', 'worker', 'scheduler']);
    expect(warnings.filter((text) => text.includes('the start waits'))).toHaveLength(3);
    const source = await engine.sources.create({ name: 'Site', writeKey: 'site' });
    await engine.collect.accept({ source, calls: [{ type: 'identify', userId: 'ann', traits: { plan: 'pro' } }] });
    await expect
      .poll(async () => (await engine.profiles.byIdentifier('userId:ann'))?.traits.plan?.value, { timeout: 30_000 })
      .toBe('pro');
  } finally {
    await engine.stop();
  }
}, 120_000);

it('a token whose storing was not answered is shown the next time', async () => {
  const store = await memoryStore();
  await store.open();
  const tokens = new TokenList(
    awayAtFirst<RecordStore>(store, ['putRecord'], () => new StoreUnavailable('away'), true),
  );
  await expect(tokens.ensure(undefined)).rejects.toThrow('away');
  const token = await tokens.ensure(undefined);
  expect(await tokens.verify(token as string)).toBe(true);
  expect(await store.listRecords('token')).toHaveLength(1);
  expect(await new TokenList(store).ensure(undefined)).toBeUndefined();
});

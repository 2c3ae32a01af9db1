import { type MongoServer, need, startMongo } from '@tributary/testing';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Store, StoreUnavailable } from '../../port.js';
import { createMongoStore } from '../store.js';
import { expectOnce } from './once.js';
import { type CutMoment, startCuttingProxy } from './proxy.js';
import { perform, performAnyway, someWork } from './worker.js';

const servers = need('mongo');
/** A connection string of several hosts cannot be led through one proxy. */
const oneHost = !process.env.MONGODB_URL?.match(/,|\+srv/);

describe.skipIf(!servers.ok || !oneHost)('a connection to MongoDB', () => {
  let server: MongoServer;
  let url: string;
  let store: Store;

  beforeAll(async () => {
    server = await startMongo();
    url = await server.createDatabase();
    store = createMongoStore({ url });
    await store.open();
  });
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  async function throughProxy<T>(
    task: (store: Store, proxy: Awaited<ReturnType<typeof startCuttingProxy>>) => Promise<T>,
  ) {
    const proxy = await startCuttingProxy(url);
    const cut = createMongoStore({ url: proxy.url, serverSelectionTimeoutMs: 3000 });
    try {
      return await task(cut, proxy);
    } finally {
      await cut.close();
      await proxy.close();
    }
  }

  it('carries only commands that every deployment has, and makes no unique index', async () => {
    await throughProxy(async (direct, proxy) => {
      await direct.open();
      await perform(direct, someWork());
      expect([...new Set(proxy.commands)].sort()).toEqual(['createIndexes', 'find', 'insert', 'update']);
    });
    const client = await MongoClient.connect(url);
    const collections = await client.db().collections();
    const indexes = (await Promise.all(collections.map((collection) => collection.indexes()))).flat();
    await client.close();
    expect(indexes.length).toBeGreaterThan(10);
    expect(indexes.filter(({ unique, name }) => unique && name !== '_id_')).toEqual([]);
  });

  it('is made once the server is there, however often it was tried before', async () => {
    await throughProxy(async (early, proxy) => {
      proxy.setDown(true);
      for (let tries = 0; tries < 2; tries++) await expect(early.open()).rejects.toThrow(StoreUnavailable);
      proxy.setDown(false);
      await early.open();
      await perform(early, someWork());
    });
  });

  it('may be cut at any command, before or after the server had it: everything is done once', async () => {
    const commands = await throughProxy(async (direct, proxy) => {
      await perform(direct, someWork());
      return proxy.commands.length;
    });
    expect(commands).toBeGreaterThan(8);
    const cuts = Array.from({ length: commands }, (_, n) => n).flatMap((n) =>
      (['before', 'after'] as CutMoment[]).map((moment) => ({ n, moment })),
    );
    const faults = await Promise.all(
      cuts.map(({ n, moment }) =>
        throughProxy(async (cut, proxy) => {
          const work = someWork();
          proxy.cutAt(n, moment);
          const met = await performAnyway(cut, work);
          await expectOnce(store, work);
          return met;
        }),
      ),
    );
    // Reads are repeated by the driver itself; on a single server no write is.
    if (!process.env.MONGODB_URL) expect(faults.filter((met) => met > 0).length).toBeGreaterThan(commands);
  });

  it('that is refused is StoreUnavailable within the time, and works again when the server does', async () => {
    await throughProxy(async (away, proxy) => {
      await away.check();
      proxy.setDown(true);
      const began = Date.now();
      await expect(away.check()).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(away.check()).rejects.toThrow('MONGODB_URL');
      expect(Date.now() - began).toBeLessThan(10_000);
      proxy.setDown(false);
      await away.check();
    });
  });

  it('is StoreUnavailable after close', async () => {
    const closed = createMongoStore({ url });
    await closed.check();
    await closed.close();
    await expect(closed.check()).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

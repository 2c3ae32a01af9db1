import { type MongoServer, need, startMongo } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCommit, aReceipt, newId } from '../contract/builders.js';
import { storeContract } from '../contract.js';
import type { Store } from '../port.js';
import { createMongoStore } from './store.js';

const servers = need('mongo');

describe.skipIf(!servers.ok)('on a MongoDB server', () => {
  let server: MongoServer;
  beforeAll(async () => {
    server = await startMongo();
  });
  afterAll(() => server?.stop());

  storeContract('mongodb', async () => {
    const url = await server.createDatabase();
    let store = createMongoStore({ url });
    return {
      store,
      async reopen() {
        await store.close();
        store = createMongoStore({ url });
        await store.open();
        return store;
      },
      close: () => store.close(),
    };
  });

  it('counts each batch once while several processes count in its partition', async () => {
    const url = await server.createDatabase();
    const stores = [createMongoStore({ url }), createMongoStore({ url })] as const;
    try {
      for (const store of stores) await store.open();
      const batches = Array.from({ length: 6 }, newId);
      const leave = (store: Store, batch: string) => store.commit(aCommit({ batch, receipts: [aReceipt(batch)] }));
      // Each knows a revision of its own count when the other one has gone on, and repeats what the other has done.
      for (const [n, batch] of batches.entries()) {
        const [first, second] = n % 2 ? stores : ([stores[1], stores[0]] as const);
        await leave(first, batch);
        await leave(second, batch);
        await leave(first, batch);
        await leave(second, batches[0] as string);
      }
      await Promise.all(batches.flatMap((batch) => stores.map((store) => leave(store, batch))));
      const one = aReceipt(newId()).counts.applied;
      for (const store of stores) expect((await store.accounting()).counts.applied).toBe(6 * one);
      for (const id of batches) expect(await stores[0].hasReceipt({ id, partition: 0 })).toBe(true);
    } finally {
      for (const store of stores) await store.close();
    }
  });
});

import { type MongoServer, need, startMongo } from '@tributary/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { storeContract } from '../contract.js';
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
});

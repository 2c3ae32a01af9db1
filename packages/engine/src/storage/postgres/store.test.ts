import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { need, type PostgresServer, startPostgres } from '@tributary/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { storeContract } from '../contract.js';
import { openEmbedded } from './embedded.js';
import { pgliteSql } from './pglite.js';
import { poolSql } from './pool.js';
import { createPostgresStore } from './store.js';

storeContract('PGlite in memory', async () => {
  const pglite = await PGlite.create();
  return { store: createPostgresStore({ sql: pgliteSql(pglite) }), close: () => pglite.close() };
});

storeContract('PGlite in a data folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-store-'));
  let embedded = await openEmbedded(folder);
  const make = () => createPostgresStore({ sql: pgliteSql(embedded.pglite) });
  return {
    store: make(),
    async reopen() {
      await embedded.release();
      embedded = await openEmbedded(folder);
      const store = make();
      await store.open();
      return store;
    },
    async close() {
      await embedded.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

const servers = need('postgres');
describe.skipIf(!servers.ok)('on a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  storeContract('PostgreSQL', async () => {
    const url = await server.createDatabase();
    let store = createPostgresStore({ sql: poolSql({ url, max: 20 }), schema: 'other_name' });
    return {
      store,
      async reopen() {
        await store.close();
        store = createPostgresStore({ sql: poolSql({ url }), schema: 'other_name' });
        await store.open();
        return store;
      },
      close: () => store.close(),
    };
  });
});

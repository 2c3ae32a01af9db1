import { need, type PostgresServer, startPostgres } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCommit, aDelivery, aProfile, atOnce, newId, next } from '../contract/builders.js';
import { poolSql } from './pool.js';
import { createPostgresStore } from './store.js';

const servers = need('postgres');
describe.skipIf(!servers.ok)('locks of rows', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('do not hold up a lease of other rows', async () => {
    const [sql, other] = [poolSql({ url: server.url }), poolSql({ url: server.url })];
    const store = createPostgresStore({ sql, schema: 'leases' });
    await store.open();
    const entries = [aDelivery(), aDelivery()];
    await store.commit(aCommit({ outbox: entries.map((entry) => ({ profile: newId(), entry })) }));
    await other.transaction(async (query) => {
      await query('SELECT FROM leases.deliveries WHERE id = $1 FOR UPDATE', [entries[0]?.key]);
      const due = { now: Date.now(), leaseMs: 1000, lease: newId(), limit: 5, destinations: 5, except: [] };
      const rows = await store.leaseDeliveries(due);
      expect(rows.map(({ id }) => id)).toEqual([entries[1]?.key]);
    });
    await Promise.all([sql.close(), other.close()]);
  });

  it('are taken in one order, so that commits never end in a deadlock', async () => {
    const store = createPostgresStore({ sql: poolSql({ url: server.url, max: 16 }), schema: 'commits' });
    await store.open();
    const profiles = Array.from({ length: 60 }, () => aProfile());
    await store.commit(aCommit({ profiles }));
    await atOnce(48, (i) => {
      const order = i % 2 ? [...profiles].reverse() : profiles;
      return store.commit(aCommit({ partition: i, profiles: order.map((profile) => next(profile)) }));
    });
    // A connection reports its numbers when it ends.
    await store.close();
    const admin = poolSql({ url: server.url });
    const [row] = await admin.query<{ n: string }>('SELECT sum(deadlocks) AS n FROM pg_stat_database');
    await admin.close();
    expect(Number(row?.n)).toBe(0);
  });
});

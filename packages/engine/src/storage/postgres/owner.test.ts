import { PGlite } from '@electric-sql/pglite';
import { need, type PostgresServer, startPostgres } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weaken } from '../../testing/hooks.js';
import { aCommit, aProfile, aReceipt, newId, stored } from '../contract/builders.js';
import { OwnershipLost } from './errors.js';
import { pgliteSql } from './pglite.js';
import { poolSql } from './pool.js';
import type { Sql } from './sql.js';
import { createPostgresStore } from './store.js';

const commitOf = () => {
  const profile = aProfile();
  const batch = newId();
  return aCommit({ batch, profiles: [profile], events: [stored(profile.id)], receipts: [aReceipt(batch)] });
};

function owners(name: string, sqlOf: () => Sql): void {
  it(`on ${name}: the commits of an earlier owner write nothing`, async () => {
    const [first, second] = [createPostgresStore({ sql: sqlOf() }), createPostgresStore({ sql: sqlOf() })];
    await Promise.all([first.open(), second.open()]);
    const epoch = await first.takeOwnership();
    expect(await first.commit(commitOf())).toEqual({ conflicts: [] });
    expect(await second.takeOwnership()).toBe(epoch + 1);
    const late = commitOf();
    await expect(first.commit(late)).rejects.toThrow(OwnershipLost);
    const id = late.profiles[0]?.id ?? '';
    expect((await second.loadProfiles([id])).size).toBe(0);
    expect((await second.profileEvents([id], { limit: 5 })).items).toEqual([]);
    expect(await second.hasReceipt({ id: late.batch, partition: 0 })).toBe(false);
    expect(await second.commit(late)).toEqual({ conflicts: [] });
  });

  it(`on ${name}: without the check of the epoch, an earlier owner writes on`, async () => {
    const [first, second] = [createPostgresStore({ sql: sqlOf() }), createPostgresStore({ sql: sqlOf() })];
    await Promise.all([first.open(), second.open()]);
    await first.takeOwnership();
    await second.takeOwnership();
    const late = commitOf();
    weaken('epoch-check');
    expect(await first.commit(late)).toEqual({ conflicts: [] });
    weaken(undefined);
    expect(await second.hasReceipt({ id: late.batch, partition: 0 })).toBe(true);
  });

  it(`on ${name}: a commit without an owner is not held up`, async () => {
    const store = createPostgresStore({ sql: sqlOf() });
    await store.open();
    expect(await store.commit(commitOf())).toEqual({ conflicts: [] });
  });
}

describe('the owner of a deployment', () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await PGlite.create();
  });
  afterAll(() => pglite.close());
  owners('PGlite', () => pgliteSql(pglite));
});

const servers = need('postgres');
describe.skipIf(!servers.ok)('a PostgreSQL server', () => {
  let server: PostgresServer;
  const open: Sql[] = [];
  const sqlOf = (timeoutMs = 8000) => {
    const sql = poolSql({ url: server.url, timeoutMs });
    open.push(sql);
    return sql;
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await Promise.all(open.map((sql) => sql.close()));
    await server.stop();
  });

  owners('a server', sqlOf);

  it('that was killed is unavailable, and after its restart everything committed is there', async () => {
    const store = createPostgresStore({ sql: sqlOf() });
    await store.open();
    const commit = commitOf();
    await store.commit(commit);
    await server.kill();
    await expect(store.commit(commitOf())).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(store.check()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await server.restart();
    await store.check();
    expect((await store.loadProfiles(commit.profiles.map(({ id }) => id))).size).toBe(1);
  });

  it('that does not answer in time is unavailable', async () => {
    const store = createPostgresStore({ sql: sqlOf(300) });
    await store.open();
    const commit = commitOf();
    await store.commit(commit);
    const blocker = sqlOf();
    const [profile] = commit.profiles;
    await blocker.transaction(async (query) => {
      await query('SELECT FROM tributary.profiles WHERE id = $1 FOR UPDATE', [profile?.id]);
      const next = aCommit({ profiles: [{ ...(profile as NonNullable<typeof profile>), version: 2 }] });
      await expect(store.commit(next)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    });
  });

  it('of which the process is stopped is noticed', async () => {
    const store = createPostgresStore({ sql: sqlOf(500) });
    await store.open();
    const pids = await sqlOf().query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'tributary' AND pid <> pg_backend_pid()`,
    );
    const stop = (signal: NodeJS.Signals) => {
      for (const pid of [server.pid, ...pids.map((row) => row.pid)]) process.kill(pid, signal);
    };
    stop('SIGSTOP');
    try {
      await expect(store.check()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    } finally {
      stop('SIGCONT');
    }
    await store.check();
  });

  it('that several processes open at once has one schema', async () => {
    const stores = Array.from({ length: 6 }, () => createPostgresStore({ sql: sqlOf(), schema: 'opened_at_once' }));
    await Promise.all(stores.map((store) => store.open()));
    await stores[0]?.check();
  });
});

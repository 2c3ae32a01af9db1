import { setTimeout as sleep } from 'node:timers/promises';
import { need, startPostgres } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../port.js';
import { poolSql } from './pool.js';
import type { Sql } from './sql.js';

const servers = need('postgres');

describe.skipIf(!servers.ok)('a pool of connections', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let sql: Sql;
  let other: Sql;
  beforeAll(async () => {
    postgres = await startPostgres();
    const url = await postgres.createDatabase();
    [sql, other] = [poolSql({ url }), poolSql({ url })];
  }, 60_000);
  afterAll(async () => {
    await Promise.all([sql?.close(), other?.close()]);
    await postgres?.stop();
  });

  it('outlives one that breaks between two statements of a transaction', async () => {
    const broken = sql.transaction(async (query) => {
      const [row] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await other.query('SELECT pg_terminate_backend($1)', [row?.pid]);
      await sleep(100);
      await query('SELECT 1');
    });
    await expect(broken).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await sql.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

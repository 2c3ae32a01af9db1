import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { need } from './need.js';
import { type PostgresServer, startPostgres } from './postgres.js';

const servers = need('postgres');

describe.skipIf(!servers.ok)('a PostgreSQL for tests', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  async function query(url: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('gives each test file a database of its own', async () => {
    const [one, two] = [await postgres.createDatabase(), await postgres.createDatabase()];
    await query(one, 'CREATE TABLE only_here (id int)');
    expect(await query(two, "SELECT to_regclass('only_here') AS found")).toEqual([{ found: null }]);
  });

  it('keeps what was committed over SIGKILL and restart, on the same port', async () => {
    const url = await postgres.createDatabase();
    await query(url, "CREATE TABLE kept (name text); INSERT INTO kept VALUES ('kept')");
    const before = postgres.pid;
    await postgres.kill();
    await expect(query(url, 'SELECT 1')).rejects.toThrow();
    await postgres.restart();
    expect(postgres.pid).not.toBe(before);
    expect(await query(url, 'SELECT name FROM kept')).toEqual([{ name: 'kept' }]);
  });

  it('is a pid that can be killed: that of the postmaster itself', async () => {
    const [row] = await query(postgres.url, "SELECT pg_read_file('postmaster.pid') AS pid");
    expect(row).toEqual({ pid: expect.stringMatching(new RegExp(`^${postgres.pid}\n`)) });
  });

  it('leaves nothing behind', async () => {
    const { pid, dir } = postgres;
    await postgres.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(existsSync(dir)).toBe(false);
  });
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { need, startPostgres } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftBehind } from '../../testing/left-behind.js';
import { StoreUnavailable } from '../port.js';
import { poolSql } from './pool.js';
import type { Sql } from './sql.js';

/** A message of PostgreSQL's protocol. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

it('outlives a server that is ready and shuts down in one packet', async () => {
  const fields = ['SFATAL', 'C57P01', 'Mterminating connection due to administrator command', ''];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const isIn = message('R', Buffer.alloc(4));
      socket.end(
        Buffer.concat([isIn, message('Z', Buffer.from('I')), message('E', Buffer.from(`${fields.join('\0')}\0`))]),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sql = poolSql({ url: `postgres://me@127.0.0.1:${(server.address() as AddressInfo).port}/db` });
  const uncaught: unknown[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => uncaught.push(error));
  try {
    await expect(sql.query('SELECT 1')).rejects.toBeInstanceOf(StoreUnavailable);
    await sleep(50);
    expect(uncaught).toEqual([]);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
    await sql.close();
    server.close();
  }
});

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

  it('plans a statement once, also when it asks for a list of one key', async () => {
    const one = poolSql({ url: await postgres.createDatabase(), max: 1 });
    const text = 'SELECT oid FROM pg_class WHERE oid = ANY($1::oid[])';
    for (let n = 0; n < 8; n++) await one.query(text, [[n]]);
    const plans = 'SELECT generic_plans::int, custom_plans::int FROM pg_prepared_statements WHERE statement = $1';
    expect(await one.query(plans, [text])).toEqual([{ generic_plans: 8, custom_plans: 0 }]);
    await one.close();
  });

  it('lets go of what a statement has answered', async () => {
    const ask = () => sql.query(`SELECT repeat('x', 10000) AS doc`);
    expect(await leftBehind(500, ask)).toBeLessThan(2_000);
  });
});

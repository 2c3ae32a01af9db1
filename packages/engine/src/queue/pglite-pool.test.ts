import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { PglitePool } from './pglite-pool.js';

let db: PGlite;
let pool: PglitePool;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec('CREATE SCHEMA other; CREATE TABLE other.row (n bigint, tags text[], doc jsonb, at timestamptz)');
  pool = new PglitePool(db, 'other');
});
afterAll(() => db.close());

it('answers in the shapes of pg', async () => {
  const at = new Date('2026-01-02T03:04:05.678Z');
  const insert = 'INSERT INTO row VALUES ($1, $2, $3, $4)';
  const { rowCount } = await pool.query(insert, ['9007199254740993', ['a', 'b"'], '{"a":[1]}', at]);
  expect(rowCount).toBe(1);
  const { rows } = await pool.query('SELECT * FROM row', []);
  expect(rows).toEqual([{ n: '9007199254740993', tags: ['a', 'b"'], doc: { a: [1] }, at }]);
  await pool.query('DELETE FROM row', []);
});

it('runs several statements in one text', async () => {
  const { rows } = await pool.query<{ n: string }>('INSERT INTO row (n) VALUES (1); SELECT n FROM row');
  expect(rows).toEqual([{ n: '1' }]);
  await pool.query('DELETE FROM row');
});

it('keeps everybody else out from BEGIN to COMMIT', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('SET LOCAL search_path TO other');
  await client.query('INSERT INTO row (n) VALUES ($1)', [1]);
  const seen = vi.fn();
  const count = pool.query('SELECT count(*) AS n FROM row', []).then(({ rows }) => seen(rows));
  await client.query('INSERT INTO row (n) VALUES ($1)', [2]);
  expect(seen).not.toHaveBeenCalled();
  await client.query('COMMIT');
  await count;
  expect(seen).toHaveBeenCalledWith([{ n: '2' }]);
  await pool.query('DELETE FROM row', []);
});

it('undoes what was rolled back, or left open at the release', async () => {
  for (const end of ['ROLLBACK', 'release']) {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO other.row (n) VALUES (3)');
    if (end === 'ROLLBACK') await client.query(end);
    client.release();
    expect((await pool.query('SELECT n FROM row', [])).rows).toEqual([]);
  }
});

it('reports the failure of a statement and stays usable', async () => {
  await expect(pool.query('SELECT 1/$1::int', [0])).rejects.toMatchObject({ code: '22012' });
  expect((await pool.query('SELECT 1 AS one', [])).rows).toEqual([{ one: 1 }]);
});

it('delivers notifications until the client is released', async () => {
  const client = await pool.connect();
  const heard = vi.fn();
  client.on('notification', heard);
  await client.query('-- Subscribe.\nLISTEN news;\n');
  await pool.query('SELECT pg_notify($1, $2)', ['news', 'one']);
  await vi.waitFor(() => expect(heard).toHaveBeenCalledWith({ channel: 'news', payload: 'one' }));
  client.release();
  await pool.query('SELECT pg_notify($1, $2)', ['news', 'two']);
  await pool.query('SELECT 1', []);
  expect(heard).toHaveBeenCalledTimes(1);
});

import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PgliteSession, sessionOf } from './pglite-session.js';

let pglite: PGlite;
let session: PgliteSession;

beforeAll(async () => {
  pglite = await PGlite.create();
  session = sessionOf(pglite);
  await pglite.exec('CREATE TABLE row (n int, doc jsonb); CREATE SCHEMA other; CREATE TABLE other.row (n int)');
});
afterAll(() => pglite.close());

const rowsOf = async (text: string, values: unknown[] = [], use = {}) => (await session.query(text, values, use)).rows;

it('prepares a text once, whoever asks it', async () => {
  for (const n of [1, 2, 3]) {
    expect(await sessionOf(pglite).query('INSERT INTO row VALUES ($1, $2)', [n, { n }])).toMatchObject({ rowCount: 1 });
  }
  expect(await rowsOf('SELECT doc FROM row WHERE n = ANY($1::int[]) ORDER BY n', [[1, 3]])).toEqual([
    { doc: { n: 1 } },
    { doc: { n: 3 } },
  ]);
  const prepared = "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO row%'";
  expect(await rowsOf(prepared)).toHaveLength(1);
  await session.query('DELETE FROM row');
});

it('plans again what no longer fits its tables', async () => {
  await session.query('INSERT INTO row VALUES (7, NULL)');
  expect(await rowsOf('SELECT * FROM row')).toEqual([{ n: 7, doc: null }]);
  await pglite.exec('ALTER TABLE row ADD COLUMN more text');
  expect(await rowsOf('SELECT * FROM row')).toEqual([{ n: 7, doc: null, more: null }]);
  await pglite.exec('DEALLOCATE ALL');
  expect(await rowsOf('SELECT * FROM row')).toEqual([{ n: 7, doc: null, more: null }]);
  expect(await rowsOf('SELECT n FROM row', [], { path: 'other' })).toEqual([]);
  await pglite.exec('DEALLOCATE ALL');
  expect(await rowsOf('SELECT n FROM row', [], { path: 'other' })).toEqual([]);
  await session.query('DELETE FROM row');
});

it('plans again in the next transaction what failed in one', async () => {
  const ask = () => session.transaction((asked) => asked('SELECT * FROM row WHERE true'));
  await ask();
  await pglite.exec('ALTER TABLE row ADD COLUMN again text');
  await expect(ask()).rejects.toMatchObject({ code: '0A000' });
  expect((await ask()).rows).toEqual([]);
});

it('names the tables of a path for one statement only', async () => {
  const insert = 'INSERT INTO row (n) VALUES ($1)';
  await session.query(insert, [1], { path: 'other' });
  await session.query(insert, [2]);
  await session.query(insert, [3], { path: 'other' });
  expect(await rowsOf('SELECT n FROM other.row ORDER BY n')).toEqual([{ n: 1 }, { n: 3 }]);
  expect(await rowsOf('SELECT n FROM row')).toEqual([{ n: 2 }]);
  await session.query('DELETE FROM row');
  expect(await rowsOf('SHOW search_path')).toEqual([{ search_path: 'public' }]);
});

it('undoes a statement that fails, and a transaction of which one failed, also one that was caught', async () => {
  const bad = 'WITH new AS (INSERT INTO other.row (n) VALUES (9) RETURNING n) SELECT 1 / (n - $1::int) FROM new';
  await expect(session.query(bad, [9])).rejects.toMatchObject({ code: '22012' });
  const work = session.transaction(async (ask) => {
    await ask('INSERT INTO other.row (n) VALUES ($1)', [9]);
    await expect(ask(bad, [9])).rejects.toMatchObject({ code: '22012' });
  });
  await expect(work).rejects.toThrow('was undone');
  expect(await rowsOf('SELECT n FROM other.row WHERE n = 9')).toEqual([]);
});

it('lets nobody in between the statements of a transaction', async () => {
  const order: string[] = [];
  const first = session.transaction(async (ask) => {
    order.push('begun');
    await ask('SELECT pg_sleep(0.01)');
    await ask('SELECT 1');
    order.push('ends');
  });
  await Promise.all([first, ...[1, 2].map(() => session.query('SELECT 2').then(() => order.push('other')))]);
  expect(order).toEqual(['begun', 'ends', 'other', 'other']);
});

it('answers nothing that is asked when the transaction is over', async () => {
  let late: Promise<unknown> = Promise.resolve();
  await session.transaction(async (ask, script) => {
    await ask('SELECT 1');
    late = new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
      Promise.allSettled([ask('INSERT INTO row (n) VALUES (1)'), script('INSERT INTO row (n) VALUES (2)')]),
    );
  });
  expect(await late).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  expect(await rowsOf('SELECT n FROM row')).toEqual([]);
});

it('keeps so many statements and no more: those that are used', async () => {
  const prepared = 'SELECT statement FROM pg_prepared_statements';
  for (let n = 0; n < 520; n++) {
    expect(await rowsOf(`SELECT ${n} AS n`)).toEqual([{ n }]);
    await rowsOf('SELECT 0 AS n');
  }
  const there = (await rowsOf(prepared)).map((row) => (row as { statement: string }).statement);
  expect(there).toHaveLength(500);
  expect(there).toContain('SELECT 0 AS n');
  expect(there).not.toContain('SELECT 1 AS n');
  expect(await rowsOf('SELECT 1 AS n')).toEqual([{ n: 1 }]);
});

it('says that it is closed, also to whoever waited for his turn', async () => {
  const other = await PGlite.create();
  const closed = sessionOf(other);
  await closed.query('SELECT 1');
  const ends = await Promise.allSettled([
    closed.transaction(async (ask) => {
      await ask('SELECT pg_sleep(0.05)');
    }),
    other.close(),
    closed.query('SELECT 1'),
    closed.transaction((ask) => ask('SELECT 1')),
  ]);
  expect(ends.slice(2).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(closed.query('SELECT 1')).rejects.toThrow(/clos/);
});

import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCommit, anEvent, iso, newId, stored } from '../contract/builders.js';
import { pgliteSql } from './pglite.js';
import { quoteSchema } from './schema.js';
import { createPostgresStore } from './store.js';

describe('the schema', () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await PGlite.create();
  });
  afterAll(() => pglite.close());
  const storeIn = (schema: string) => createPostgresStore({ sql: pgliteSql(pglite), schema });
  const tables = async (schema: string) => {
    const { rows } = await pglite.query<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1',
      [schema],
    );
    return rows.map(({ name }) => name);
  };

  it('has a plain name', () => {
    expect(quoteSchema('shop_2')).toBe('"shop_2"');
    for (const name of ['', 'Shop', '2shop', 'a"b', 'a'.repeat(41)]) expect(() => quoteSchema(name)).toThrow(/name/);
  });

  it('holds everything, so that two of them do not see each other', async () => {
    const [one, two] = [storeIn('one'), storeIn('two')];
    await one.open();
    await two.open();
    await one.putRecord('flow', 'a', 1, 'x');
    expect(await two.getRecord('flow', 'a')).toBeUndefined();
    expect(await tables('public')).toEqual([]);
  });

  it('has the months of now and of the next month from the start', async () => {
    await storeIn('months').open();
    const now = new Date();
    const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
    const months = [now, next].map((date) => `events_${date.toISOString().slice(0, 7).replace('-', '_')}`);
    expect(await tables('months')).toEqual(expect.arrayContaining(months));
  });

  it('of a newer version of the program is refused', async () => {
    const store = storeIn('newer');
    await store.open();
    await pglite.query('UPDATE newer.form SET v = 99');
    await expect(store.open()).rejects.toMatchObject({ code: 'NEWER_SCHEMA' });
  });

  it('of the first form is brought up when it is opened', async () => {
    const store = storeIn('older');
    await store.open();
    await pglite.query('ALTER TABLE older.profiles RESET (fillfactor, toast_tuple_target)');
    await pglite.query('UPDATE older.form SET v = 1');
    await store.open();
    const { rows } = await pglite.query(`SELECT reloptions FROM pg_class WHERE oid = 'older.profiles'::regclass`);
    expect(rows).toEqual([{ reloptions: ['fillfactor=50', 'toast_tuple_target=8160'] }]);
    expect((await pglite.query('SELECT max(v) AS v FROM older.form')).rows).toEqual([{ v: 2 }]);
  });

  it('takes an event of a month that another process has dropped', async () => {
    const [here, there] = [storeIn('dropped'), storeIn('dropped')];
    await here.open();
    await there.open();
    const ms = Date.parse('2023-01-31T23:59:59Z');
    const profile = newId();
    const event = () => stored(profile, anEvent({ id: newId(ms), receivedAt: iso(ms) }));
    await here.commit(aCommit({ events: [event()] }));
    await there.clean({ now: Date.now(), claimsBefore: 0, eventsBefore: Date.parse('2023-02-01T00:00:00Z') });
    expect(await here.commit(aCommit({ events: [event()] }))).toEqual({ conflicts: [] });
    expect((await here.profileEvents([profile], { limit: 5 })).items).toHaveLength(1);
  });
});

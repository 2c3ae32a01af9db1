import { openEmbedded, pgliteSql, poolSql } from '@tributary/engine';
import { MongoClient } from 'mongodb';
import type { Backend } from '../servers/backends.js';

/** Rows of the store, by table: what shows that two programs did the same work. */
export interface Rows {
  claims: number;
  events: number;
  profiles: number;
  identifiers: number;
}

/** What a program left behind. */
export interface AtRest {
  rows: Rows;
  /** Batches that were committed. */
  batches: number;
  /** A stored profile of middle size, as text. */
  profile: string;
  /** Deliveries that are done. */
  delivered: number;
  /** A stored delivery of middle size, as text. */
  delivery: string;
  /** A stored run of middle size, as text. */
  run: string;
}

type Ask = (sql: string) => Promise<{ [column: string]: unknown }[]>;

const TABLES = ['claims', 'events', 'profiles', 'identifiers'] as const;

/** Looks at a store whose program has stopped (the embedded one must have). */
export async function atRest({ name, store }: Backend): Promise<AtRest> {
  if (name === 'mongo') return inMongo(store);
  const opened = name === 'embedded' ? await openEmbedded(store) : undefined;
  const sql = opened ? pgliteSql(opened.pglite) : poolSql({ url: store, max: 1 });
  try {
    return await inPostgres((text) => sql.query(text));
  } finally {
    await sql.close();
    await opened?.release();
  }
}

async function inPostgres(ask: Ask): Promise<AtRest> {
  const rows = {} as Rows;
  for (const table of TABLES) {
    const [row] = await ask(`SELECT count(*) AS n FROM tributary.${table}`);
    rows[table] = Number(row?.n);
  }
  const middle = async (table: string) => {
    const half = `(SELECT count(*) / 2 FROM tributary.${table})`;
    const [row] = await ask(`SELECT doc FROM tributary.${table} ORDER BY length(doc) LIMIT 1 OFFSET ${half}`);
    return String(row?.doc ?? '');
  };
  const [receipts] = await ask('SELECT count(*) AS n FROM tributary.receipts');
  const batches = Number(receipts?.n);
  const [profile, delivery, run] = [await middle('profiles'), await middle('deliveries'), await middle('runs')];
  const [done] = await ask("SELECT count(*) AS n FROM tributary.deliveries WHERE status = 'delivered'");
  return { rows, batches, profile, delivered: Number(done?.n), delivery, run };
}

async function inMongo(url: string): Promise<AtRest> {
  const client = await MongoClient.connect(url, { maxPoolSize: 1 });
  try {
    const db = client.db();
    const count = (name: string) => db.collection(name).countDocuments();
    const names = (await db.listCollections().toArray()).map(({ name }) => name);
    let events = 0;
    for (const name of names) if (name.startsWith('events_')) events += await count(name);
    const [claims = 0, profiles = 0, identifiers = 0] = [
      await count('claims'),
      await count('profiles'),
      await count('identifiers'),
    ];
    const some = await db
      .collection('profiles')
      .find({}, { limit: 501, projection: { body: 1 } })
      .toArray();
    const bodies = some.map(({ body }) => String(body)).sort((a, b) => a.length - b.length);
    const rows = { claims, events, profiles, identifiers };
    return {
      rows,
      batches: await count('receipts'),
      profile: bodies[bodies.length >> 1] ?? '',
      delivered: 0,
      delivery: '',
      run: '',
    };
  } finally {
    await client.close();
  }
}

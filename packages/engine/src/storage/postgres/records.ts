import type { Json } from '@tributary/sdk';
import { columnKey, decode, encode } from '../codec.js';
import type { StoredRecord } from '../port.js';
import type { Db } from './sql.js';

type Stored = { name: string; rev: string | number; doc: string };

export async function getRecord({ sql, schema }: Db, kind: string, id: string): Promise<StoredRecord | undefined> {
  const rows = await sql.query<Stored>(`SELECT name, rev, doc FROM ${schema}.records WHERE kind = $1 AND id = $2`, [
    columnKey(kind),
    columnKey(id),
  ]);
  return rows[0] && read(rows[0]);
}

export async function putRecord(
  { sql, schema }: Db,
  kind: string,
  id: string,
  rev: number,
  body: Json,
): Promise<boolean> {
  const values = [columnKey(kind), columnKey(id), rev, encode(body)];
  const rows =
    rev === 1
      ? await sql.query(
          `INSERT INTO ${schema}.records (kind, id, rev, doc, name) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT DO NOTHING RETURNING rev`,
          [...values, encode(id)],
        )
      : await sql.query(
          `UPDATE ${schema}.records SET rev = $3::bigint, doc = $4
           WHERE kind = $1 AND id = $2 AND rev = $3::bigint - 1 RETURNING rev`,
          values,
        );
  return rows.length === 1;
}

export async function deleteRecord({ sql, schema }: Db, kind: string, id: string): Promise<void> {
  await sql.query(`DELETE FROM ${schema}.records WHERE kind = $1 AND id = $2`, [columnKey(kind), columnKey(id)]);
}

export async function listRecords({ sql, schema }: Db, kind: string): Promise<StoredRecord[]> {
  const rows = await sql.query<Stored>(`SELECT name, rev, doc FROM ${schema}.records WHERE kind = $1 ORDER BY id`, [
    columnKey(kind),
  ]);
  return rows.map(read);
}

function read({ name, rev, doc }: Stored): StoredRecord {
  return { id: decode<string>(name), rev: Number(rev), body: decode<Json>(doc) };
}

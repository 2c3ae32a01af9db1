import { columnKey, decode, encode } from '../codec.js';
import type { IdentifierDoc } from '../port.js';
import { asRows, type Db } from './sql.js';

type Stored = { doc: string };

export async function findIdentifiers({ sql, schema }: Db, ids: string[]): Promise<Map<string, IdentifierDoc>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<Stored>(`SELECT doc FROM ${schema}.identifiers WHERE id = ANY($1::text[])`, [
    ids.map(columnKey),
  ]);
  return new Map(rows.map(read).map((doc) => [doc.id, doc]));
}

/** Step 3 of the commit. */
export async function claimIdentifiers({ sql, schema }: Db, docs: IdentifierDoc[]): Promise<void> {
  if (docs.length === 0) return;
  await sql.query(
    `INSERT INTO ${schema}.identifiers (id, profile, rev, doc)
     SELECT id, profile, rev, doc
     FROM json_to_recordset($1::text::json) AS r(id text, profile text, rev bigint, doc text)
     ORDER BY id
     ON CONFLICT DO NOTHING`,
    [asRows(docs.map(toRow))],
  );
}

export async function updateIdentifier({ sql, schema }: Db, doc: IdentifierDoc): Promise<boolean> {
  const { id, profile, rev, doc: text } = toRow(doc);
  const rows = await sql.query(
    `UPDATE ${schema}.identifiers SET profile = $2, rev = $3::bigint, doc = $4
     WHERE id = $1 AND rev = $3::bigint - 1 RETURNING id`,
    [id, profile, rev, text],
  );
  return rows.length === 1;
}

export async function identifiersOf({ sql, schema }: Db, profile: string): Promise<IdentifierDoc[]> {
  const rows = await sql.query<Stored>(`SELECT doc FROM ${schema}.identifiers WHERE profile = $1 ORDER BY id`, [
    columnKey(profile),
  ]);
  return rows.map(read);
}

function toRow(doc: IdentifierDoc) {
  return { id: columnKey(doc.id), profile: columnKey(doc.profile), rev: doc.rev, doc: encode(doc) };
}

function read({ doc }: Stored): IdentifierDoc {
  return decode<IdentifierDoc>(doc);
}

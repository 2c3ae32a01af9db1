import { columnKey, decode, decodeProfile } from '../codec.js';
import type { ClaimAnswer, IdentifierDoc, Look, Looked } from '../port.js';
import { isReceiptOf } from './receipts.js';
import type { Db } from './sql.js';

type Found = {
  kind: 'receipt' | 'claim' | 'identifier' | 'profile';
  id: string;
  at: string | null;
  doc: string | null;
};

/** One statement in place of four: for a commit of few events, what counts is how often the server is asked. */
export async function look({ sql, schema }: Db, { batches, claims, identifiers, profiles }: Look): Promise<Looked> {
  const claimed = new Map(claims.map((id) => [columnKey(id), id]));
  const rows = await sql.query<Found>(
    `SELECT 'receipt' AS kind, batch AS id, partition::text AS at, NULL AS doc
     FROM ${schema}.receipts WHERE batch = ANY($1::text[])
     UNION ALL SELECT 'claim', id, batch, state FROM ${schema}.claims WHERE id = ANY($2::text[])
     UNION ALL SELECT 'identifier', id, NULL, doc FROM ${schema}.identifiers WHERE id = ANY($3::text[])
     UNION ALL SELECT 'profile', id, NULL, doc FROM ${schema}.profiles
     WHERE id = ANY(ARRAY(SELECT profile FROM ${schema}.identifiers WHERE id = ANY($3::text[])) || $4::text[])`,
    [batches.map(({ id }) => columnKey(id)), [...claimed.keys()], identifiers.map(columnKey), profiles.map(columnKey)],
  );
  const found: Looked = { isDone: false, claims: new Map(), identifiers: new Map(), profiles: new Map() };
  for (const row of rows) {
    if (row.kind === 'receipt') {
      found.isDone ||= isReceiptOf(batches, { batch: row.id, partition: Number(row.at) });
    } else if (row.kind === 'claim') {
      const id = claimed.get(row.id) as string;
      const state = row.doc as ClaimAnswer['state'] | null;
      found.claims.set(id, { id, batch: row.at as string, ...(state && { state }) });
    } else if (row.kind === 'identifier') {
      const doc = decode<IdentifierDoc>(row.doc as string);
      found.identifiers.set(doc.id, doc);
    } else {
      const profile = decodeProfile(row.doc as string);
      found.profiles.set(profile.id, profile);
    }
  }
  return found;
}

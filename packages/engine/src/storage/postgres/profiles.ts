import type { Profile } from '../../profiles/profile.js';
import { weakened } from '../../telemetry/weakened.js';
import { columnKey, decodeLedgerEntry, decodeProfile, encode, memberOf } from '../codec.js';
import type { LedgerEntry } from '../port.js';
import { asRows, type Db, rowsWithDocs } from './sql.js';

/** The columns of `profiles`, as `json_to_recordset` reads them. */
export const PROFILE_COLUMNS = 'id text, version bigint, frozen boolean, segments text[]';

/**
 * Writes the rows of `profile_rows` whose version is one more than the stored one; answers their ids. In the order of
 * the ids, so that two commits over the same profiles wait for each other, and never both. Each is looked for by itself:
 * for `EXISTS` a plan may read the ids of all profiles that there are.
 */
export function writeProfiles(schema: string): string {
  return `INSERT INTO ${schema}.profiles AS p (id, version, frozen, segments, doc)
    SELECT id, version, frozen, segments, doc FROM profile_rows r
    WHERE version = 1 OR (SELECT true FROM ${schema}.profiles WHERE id = r.id)
    ORDER BY id
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, frozen = excluded.frozen,
      segments = excluded.segments, doc = excluded.doc
    WHERE ${weakened('version-check') ? 'true' : 'p.version = excluded.version - 1'}
    RETURNING id`;
}

/** `handedOver` are keys of outbox entries that become rows in the same transaction: the document does without them. */
export function docOf(profile: Profile, handedOver: ReadonlySet<string> = new Set()): string {
  const outbox = profile.outbox.filter(({ key }) => !handedOver.has(key));
  return encode({ ...profile, outbox });
}

export function toProfileRow(profile: Profile) {
  return {
    id: columnKey(profile.id),
    version: profile.version,
    frozen: profile.into !== undefined,
    segments: memberOf(profile).map(columnKey),
  };
}

/** Step 4 of the commit. */
export async function loadProfiles({ sql, schema }: Db, ids: string[]): Promise<Map<string, Profile>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<{ doc: string }>(`SELECT doc FROM ${schema}.profiles WHERE id = ANY($1::text[])`, [
    ids.map(columnKey),
  ]);
  return new Map(rows.map(({ doc }) => decodeProfile(doc)).map((profile) => [profile.id, profile]));
}

export async function replaceProfile({ sql, schema }: Db, profile: Profile): Promise<boolean> {
  const won = await sql.query(
    `WITH profile_rows AS (SELECT * FROM ${rowsWithDocs('$1', PROFILE_COLUMNS, '$2')})
     ${writeProfiles(schema)}`,
    [asRows([toProfileRow(profile)]), docOf(profile)],
  );
  return won.length === 1;
}

export async function putLedger({ sql, schema }: Db, entry: LedgerEntry): Promise<void> {
  await sql.query(
    `INSERT INTO ${schema}.ledger (id, survivor, doc) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET survivor = excluded.survivor, doc = excluded.doc`,
    [columnKey(entry.id), columnKey(entry.survivor), encode(entry)],
  );
}

export async function ledgerOf({ sql, schema }: Db, survivor: string): Promise<LedgerEntry[]> {
  const rows = await sql.query<{ doc: string }>(`SELECT doc FROM ${schema}.ledger WHERE survivor = $1 ORDER BY id`, [
    columnKey(survivor),
  ]);
  return rows.map(({ doc }) => decodeLedgerEntry(doc));
}

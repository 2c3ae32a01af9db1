import { columnKey } from '../codec.js';
import type { ClaimAnswer, Commit, MessageClaim } from '../port.js';
import { asRows, type Db } from './sql.js';
import type { Statement } from './statement.js';

type Holder = { id: string; batch: string; state: ClaimAnswer['state'] | null };

/**
 * Step 2 of the commit. It waits for the disk like every other write: a claim that a crash of the server took away,
 * under a worker that lives on and repeats its commit only, would let a copy of the message in.
 */
export async function claimMessages(db: Db, claims: MessageClaim[]): Promise<ClaimAnswer[]> {
  const keyed = claims.map((claim) => ({ claim, key: columnKey(claim.id) }));
  const holders = new Map<string, Holder>();
  let open = keyed;
  // A second round is only for claims that were cleaned away between the two statements.
  while (open.length > 0) {
    for (const holder of await insertFree(db, open)) holders.set(holder.id, holder);
    const others = open.filter(({ key }) => !holders.has(key));
    for (const holder of await readHolders(db, others)) holders.set(holder.id, holder);
    open = open.filter(({ key }) => !holders.has(key));
  }
  return keyed.map(({ claim, key }) => {
    const { batch, state } = holders.get(key) as Holder;
    return { id: claim.id, batch, ...(state && { state }) };
  });
}

type Keyed = { claim: MessageClaim; key: string }[];

function insertFree({ sql, schema }: Db, claims: Keyed): Promise<Holder[]> {
  const rows = claims.map(({ claim, key }) => ({ id: key, batch: claim.batch }));
  return sql.query<Holder>(
    `INSERT INTO ${schema}.claims (id, batch, at)
     SELECT id, batch, $2::bigint FROM json_to_recordset($1::text::json) AS r(id text, batch text)
     ORDER BY id
     ON CONFLICT DO NOTHING RETURNING id, batch, state`,
    [asRows(rows), Date.now()],
  );
}

async function readHolders({ sql, schema }: Db, claims: Keyed): Promise<Holder[]> {
  if (claims.length === 0) return [];
  const takeOvers = claims.flatMap(({ claim, key }) =>
    claim.takeOver ? [{ id: key, batch: claim.batch, state: claim.takeOver.state }] : [],
  );
  if (takeOvers.length > 0) {
    await sql.query(
      `UPDATE ${schema}.claims c SET batch = r.batch, state = NULL, at = $2::bigint
       FROM json_to_recordset($1::text::json) AS r(id text, batch text, state text)
       WHERE c.id = r.id AND c.state = r.state AND c.batch <> r.batch`,
      [asRows(takeOvers), Date.now()],
    );
  }
  return sql.query<Holder>(`SELECT id, batch, state FROM ${schema}.claims WHERE id = ANY($1::text[])`, [
    claims.map(({ key }) => key),
  ]);
}

/** A condition that is true once `addClaims` has written: in one order everywhere, two commits do not wait for each other. */
export const AFTER_CLAIMS = ' WHERE (SELECT count(*) FROM new_claims) >= 0';

/** Step 2 as parts of a commit: those that are free are written. */
export function addClaims(statement: Statement, schema: string, claims: NonNullable<Commit['claims']>): void {
  const rows = claims.map(({ id, batch, state }) => ({ id: columnKey(id), batch, ...(state && { state }) }));
  statement.part(
    'wanted_claims',
    `SELECT id, batch, state FROM json_to_recordset(${statement.value(asRows(rows))}::text::json)
       AS r(id text, batch text, state text)`,
  );
  statement.part(
    'new_claims',
    `INSERT INTO ${schema}.claims (id, batch, state, at)
     SELECT id, batch, state, ${statement.value(Date.now())}::bigint FROM wanted_claims ORDER BY id
     ON CONFLICT DO NOTHING RETURNING id`,
  );
}

import { columnKey, decode, encode } from '../codec.js';
import type { Attempt, Commit, DeliveryRow, DeliveryStatus } from '../port.js';
import { rowOf } from '../rows.js';
import { OF_WINNERS } from './commit.js';
import { asLines, asRows, type Db, rowsWithDocs } from './sql.js';
import type { Statement } from './statement.js';

/** The columns that a DeliveryRow is made of. */
export const ROW_COLUMNS = 'id, status, due_at, updated_at, attempts, result, doc';

export type StoredRow = {
  id: string;
  status: DeliveryStatus;
  due_at: string | number;
  updated_at: string;
  attempts: string[];
  result: string | null;
  doc: string;
};

/** Step 6 of the commit: outbox entries become rows, once for each key. */
export function addDeliveries(statement: Statement, schema: string, { outbox, leased }: Commit): void {
  if (outbox.length === 0) return;
  const docs: string[] = [];
  const rows = outbox.map(({ profile, entry }) => {
    const row = rowOf(profile, entry);
    const doc = leased?.docs.get(row.id);
    docs.push(doc ?? encode(row));
    return {
      id: columnKey(row.id),
      kind: row.kind,
      profile: columnKey(profile),
      destination: columnKey(row.destination),
      flow: entry.kind === 'emit' ? null : columnKey(entry.run.flow),
      due_at: row.dueAt,
      ...(doc !== undefined && { lease: leased?.lease, until: leased?.until }),
      created_at: row.createdAt,
    };
  });
  const columns =
    'id text, kind text, profile text, destination text, flow text, due_at bigint, lease text, until bigint, created_at text';
  const source = rowsWithDocs(statement.value(asRows(rows)), columns, statement.value(asLines(docs)));
  statement.part(
    'new_deliveries',
    `INSERT INTO ${schema}.deliveries
       (id, kind, destination, flow, status, due_at, ready_at, lease, created_at, updated_at, doc)
     SELECT id, kind, destination, flow, 'pending', due_at, coalesce(until, due_at), lease, created_at, created_at, doc
     FROM ${source}
     WHERE ${OF_WINNERS} ORDER BY id ON CONFLICT DO NOTHING RETURNING id`,
  );
}

export function toRow({ status, due_at, updated_at, attempts, result, doc }: StoredRow): DeliveryRow {
  return {
    ...decode<DeliveryRow>(doc),
    status,
    dueAt: Number(due_at),
    updatedAt: updated_at,
    attempts: attempts.map((text) => decode<Attempt>(text)),
    ...(result !== null && { result: decode<NonNullable<DeliveryRow['result']>>(result) }),
  };
}

export async function getDelivery({ sql, schema }: Db, id: string): Promise<DeliveryRow | undefined> {
  const rows = await sql.query<StoredRow>(`SELECT ${ROW_COLUMNS} FROM ${schema}.deliveries WHERE id = $1`, [
    columnKey(id),
  ]);
  return rows[0] && toRow(rows[0]);
}

export async function renewDeliveries({ sql, schema }: Db, ids: string[], lease: string, until: number): Promise<void> {
  await sql.query(`UPDATE ${schema}.deliveries SET ready_at = $3::bigint WHERE id = ANY($1::text[]) AND lease = $2`, [
    ids.map(columnKey),
    lease,
    until,
  ]);
}

/** Makes a row due again that was given up, or (with `force`) one that was delivered. */
export async function replayDelivery(
  { sql, schema }: Db,
  id: string,
  { now, force }: { now: string; force: boolean },
): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE ${schema}.deliveries
     SET status = 'pending', due_at = $2::bigint, ready_at = $2::bigint, lease = NULL, result = NULL, updated_at = $3
     WHERE id = $1 AND status = ANY($4::text[]) RETURNING id`,
    [columnKey(id), Date.parse(now), now, force ? ['dead', 'delivered'] : ['dead']],
  );
  return rows.length === 1;
}

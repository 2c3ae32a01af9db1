import { columnKey, decode, encode } from '../codec.js';
import type { Commit } from '../port.js';
import { batchesOf } from '../rows.js';
import { asRows, type Db } from './sql.js';
import type { Statement } from './statement.js';

type List = 'quarantine' | 'dead-letters';
const TABLES = { quarantine: 'quarantine', 'dead-letters': 'dead_letters' } as const;

/** Quarantined and dead events, and the claims of their messages, which say so from now on. */
export function addRejected(statement: Statement, schema: string, commit: Commit): void {
  const { quarantine, deadLetters } = commit;
  const claims: { id: string; state: string }[] = [];
  if (quarantine.length > 0) {
    for (const { source, messageId } of quarantine) claims.push(claimOf(source, messageId, 'quarantined'));
    const rows = quarantine.map((row) => ({ id: columnKey(row.id), source: columnKey(row.source), doc: encode(row) }));
    statement.part(
      'new_quarantine',
      `INSERT INTO ${schema}.quarantine (id, source, doc) SELECT id, source, doc
       FROM json_to_recordset(${statement.value(asRows(rows))}::text::json) AS r(id text, source text, doc text)
       ORDER BY id ON CONFLICT DO NOTHING`,
    );
  }
  if (deadLetters.length > 0) {
    for (const { event } of deadLetters) claims.push(claimOf(event.source, event.messageId, 'dead'));
    const rows = deadLetters.map((row) => ({ id: columnKey(row.id), doc: encode(row) }));
    statement.part(
      'new_dead_letters',
      `INSERT INTO ${schema}.dead_letters (id, doc) SELECT id, doc
       FROM json_to_recordset(${statement.value(asRows(rows))}::text::json) AS r(id text, doc text)
       ORDER BY id ON CONFLICT DO NOTHING`,
    );
  }
  if (claims.length === 0) return;
  statement.part(
    'marked_claims',
    `UPDATE ${schema}.claims c SET state = r.state
     FROM json_to_recordset(${statement.value(asRows(claims))}::text::json) AS r(id text, state text)
     WHERE c.id = r.id AND c.batch = ANY(${statement.value(batchesOf(commit))}::text[])`,
  );
}

function claimOf(source: string, messageId: string, state: string) {
  return { id: columnKey(`${source}:${messageId}`), state };
}

export async function getRejected<T>({ sql, schema }: Db, list: List, id: string): Promise<T | undefined> {
  const rows = await sql.query<{ doc: string }>(`SELECT doc FROM ${schema}.${TABLES[list]} WHERE id = $1`, [
    columnKey(id),
  ]);
  return rows[0] && decode<T>(rows[0].doc);
}

export async function removeRejected({ sql, schema }: Db, list: List, id: string): Promise<void> {
  await sql.query(`DELETE FROM ${schema}.${TABLES[list]} WHERE id = $1`, [columnKey(id)]);
}

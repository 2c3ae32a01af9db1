import type { Months } from './months.js';
import type { Db } from './sql.js';

/** Rows that one statement deletes: few enough to end well within its time. */
const CHUNK = 5000;

/** Drops what is older than its window. */
export async function clean(
  db: Db,
  months: Months,
  { claimsBefore, eventsBefore }: { claimsBefore: number; eventsBefore?: number },
): Promise<void> {
  await deleteRows(db, 'claims', 'id', 'at < $1::bigint', claimsBefore);
  await deleteRows(db, 'receipts', 'batch', 'at < $1::bigint', claimsBefore);
  const over = `status = 'delivered' AND kind IN ('emit', 'wait') AND updated_at < $1`;
  await deleteRows(db, 'deliveries', 'id', over, new Date(claimsBefore).toISOString());
  if (eventsBefore !== undefined) await months.drop(eventsBefore);
}

async function deleteRows({ sql, schema }: Db, table: string, key: string, where: string, value: unknown) {
  for (;;) {
    const rows = await sql.query(
      `DELETE FROM ${schema}.${table}
       WHERE ${key} IN (SELECT ${key} FROM ${schema}.${table} WHERE ${where} LIMIT ${CHUNK}) RETURNING 1`,
      [value],
    );
    if (rows.length < CHUNK) return;
  }
}

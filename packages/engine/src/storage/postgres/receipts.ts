import { columnKey, decode, encode } from '../codec.js';
import type { BatchName, Commit, Counts, Receipt, StoredAccounting } from '../port.js';
import { sumOf } from '../rows.js';
import { asRows, type Db } from './sql.js';
import type { Statement } from './statement.js';

/**
 * The receipts of batches, and what they count. The numbers are added up in the same statement, only if a receipt is new;
 * so receipts can be cleaned away, and nothing is summed on reading. Of several batches, which are written whole or not at
 * all, the numbers go to the partition of the first: there is a row less to write for each of the others.
 */
export function addReceipts(statement: Statement, schema: string, { receipts: all = [] }: Commit): void {
  const [first] = all;
  if (!first) return;
  const { partition } = first;
  const { counts, nodes } = sumOf(all);
  const numbers = [
    ...Object.entries(counts).map(([name, n]) => counterOf(partition, 'count', name, n)),
    ...Object.entries(nodes).map(([name, n]) => counterOf(partition, 'node', name, n)),
    ...latest(all).map(({ partition: at, producer, accepted }) => counterOf(at, 'accepted', producer, accepted)),
  ].filter(({ n }) => n !== 0);
  statement.part(
    'new_receipt',
    `INSERT INTO ${schema}.receipts (batch, partition, at)
     SELECT unnest(${statement.value(all.map((each) => columnKey(each.batch)))}::text[]),
       unnest(${statement.value(all.map((each) => each.partition))}::integer[]), ${statement.value(Date.now())}::bigint
     WHERE NOT EXISTS (SELECT FROM lost) ON CONFLICT DO NOTHING RETURNING batch`,
  );
  const columns = 'partition integer, kind text, key text, name text, n bigint';
  const rows = `json_to_recordset(${statement.value(asRows(numbers))}::text::json) AS r(${columns})`;
  addCounters(
    statement,
    schema,
    `SELECT partition, kind, key, name, n FROM ${rows} WHERE EXISTS (SELECT FROM new_receipt)
     ORDER BY partition, kind, key`,
  );
}

/** Adds the numbers of a query to the counters, in the order of their keys: who adds beside it cannot stand in its way. */
export function addCounters(statement: Statement, schema: string, query: string): void {
  statement.part(
    'new_counters',
    `INSERT INTO ${schema}.counters AS c (partition, kind, key, name, n) ${query}
     ON CONFLICT (partition, kind, key) DO UPDATE
     SET n = CASE c.kind WHEN 'accepted' THEN greatest(c.n, excluded.n) ELSE c.n + excluded.n END`,
  );
}

/** The running counts of each producer as of its last batch of a partition: a row may be written once in a statement. */
function latest(all: readonly Receipt[]): Receipt[] {
  const last = new Map<string, Receipt>();
  for (const each of all) {
    const key = `${each.partition}/${each.producer}`;
    if (each.accepted > (last.get(key)?.accepted ?? -1)) last.set(key, each);
  }
  return [...last.values()];
}

export function counterOf(partition: number, kind: 'count' | 'node' | 'accepted', name: string, n: number) {
  return { partition, kind, key: columnKey(name), name: encode(name), n };
}

export async function hasReceipt({ sql, schema }: Db, batches: readonly BatchName[]): Promise<boolean> {
  const text = `SELECT batch, partition FROM ${schema}.receipts WHERE batch = ANY($1::text[])`;
  const found = await sql.query<{ batch: string; partition: number }>(text, [batches.map(({ id }) => columnKey(id))]);
  return found.some((row) => isReceiptOf(batches, row));
}

export function isReceiptOf(batches: readonly BatchName[], row: { batch: string; partition: number }): boolean {
  return batches.some(({ id, partition }) => row.batch === columnKey(id) && row.partition === partition);
}

/** One statement sees the sums and the receipts as of one moment. */
export async function accounting(
  { sql, schema }: Db,
  batches: readonly { id: string }[] = [],
): Promise<StoredAccounting> {
  const asked = new Map(batches.map(({ id }) => [columnKey(id), id]));
  const rows = await sql.query<{ kind: string; name: string; partition: number | null; n: string | number }>(
    `SELECT kind, name, CASE kind WHEN 'accepted' THEN partition END AS partition, sum(n)::bigint AS n
     FROM ${schema}.counters GROUP BY 1, 2, 3
     UNION ALL SELECT 'receipt', batch, NULL, 1 FROM ${schema}.receipts WHERE batch = ANY($1::text[])`,
    [[...asked.keys()]],
  );
  const counted = new Set<string>();
  const counts: Counts = { applied: 0, duplicate: 0, quarantined: 0, deadLettered: 0, emitted: 0 };
  const accepted: StoredAccounting['accepted'] = Object.create(null);
  const nodes: StoredAccounting['nodes'] = Object.create(null);
  for (const { kind, name: text, partition, n } of rows) {
    if (kind === 'receipt') {
      counted.add(asked.get(text) as string);
      continue;
    }
    const name = decode<string>(text);
    if (kind === 'count') counts[name as keyof Counts] = Number(n);
    else if (kind === 'node') nodes[name] = Number(n);
    else accepted[`${name}/${partition}`] = Number(n);
  }
  return { counts, accepted, nodes, counted };
}

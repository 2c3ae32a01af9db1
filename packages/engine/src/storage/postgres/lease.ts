import { columnKey } from '../codec.js';
import type { DeliveryRow, LeaseQuery } from '../port.js';
import { ROW_COLUMNS, type StoredRow, toRow } from './deliveries.js';
import type { Db } from './sql.js';

/** As the partial index has it. */
const OPEN = `status IN ('pending', 'answered')`;

/**
 * Leases rows that are due. `ready_at` is the later of the due time and the end of the lease, so one index finds both.
 * The destinations are read by jumping from one to the next in that index, so a destination with a million rows costs
 * as much as one with a single row; rows that another caller is leasing at this moment are passed over.
 */
export async function leaseDeliveries({ sql, schema }: Db, query: LeaseQuery): Promise<DeliveryRow[]> {
  const { now, leaseMs, lease, limit, destinations, except } = query;
  const rows = await sql.query<StoredRow>(
    `WITH RECURSIVE every (destination) AS (
       (SELECT destination FROM ${schema}.deliveries WHERE ${OPEN} ORDER BY destination LIMIT 1)
       UNION ALL
       SELECT (SELECT d.destination FROM ${schema}.deliveries d
               WHERE ${OPEN} AND d.destination > every.destination ORDER BY d.destination LIMIT 1)
       FROM every WHERE every.destination IS NOT NULL
     ), due AS MATERIALIZED (
       SELECT every.destination, first.ready_at
       FROM every CROSS JOIN LATERAL (
         SELECT d.ready_at FROM ${schema}.deliveries d
         WHERE ${OPEN} AND d.destination = every.destination ORDER BY d.ready_at LIMIT 1
       ) first
       WHERE every.destination IS NOT NULL AND every.destination <> ALL($5::text[]) AND first.ready_at <= $1::bigint
       ORDER BY first.ready_at, every.destination LIMIT $4::integer
     ), picked AS MATERIALIZED (
       SELECT oldest.id FROM due CROSS JOIN LATERAL (
         SELECT d.id FROM ${schema}.deliveries d
         WHERE ${OPEN} AND d.destination = due.destination AND d.ready_at <= $1::bigint
         ORDER BY d.ready_at, d.id LIMIT $3::integer FOR UPDATE SKIP LOCKED
       ) oldest
     )
     UPDATE ${schema}.deliveries SET lease = $2, ready_at = $1::bigint + $6::bigint
     WHERE id IN (SELECT id FROM picked) RETURNING ${ROW_COLUMNS}`,
    [now, lease, limit, destinations, except.map(columnKey), leaseMs],
  );
  return rows.map(toRow).sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
}

import type { PgPool } from 'bullmq';
import { waitingBatch } from './codec.js';
import type { Numbers } from './numbers.js';
import type { WaitingBatch } from './port.js';

/** The names of BullMQ's queues: `p0`, `p1`, ... */
export const queueName = (partition: number): string => `p${partition}`;
const partitionOf = (queue: string): number => Number(queue.slice(1));

/** Our own table beside BullMQ's: the numbers of partitions, and the heartbeat. */
export async function createTable(pool: PgPool): Promise<void> {
  await pool.query('CREATE TABLE IF NOT EXISTS tributary_queue (name text PRIMARY KEY, value text NOT NULL)', []);
}

/** Stores the number of partitions with the first start, and gives what is stored. */
export async function storedNumbers(
  pool: PgPool,
  first?: number,
): Promise<{ partitions: string | undefined; all: string | undefined }> {
  const insert = `INSERT INTO tributary_queue (name, value) VALUES ('partitions', $1) ON CONFLICT (name) DO NOTHING`;
  if (first !== undefined) await pool.query(insert, [String(first)]);
  const { rows } = await pool.query<{ name: string; value: string }>(
    `SELECT name, value FROM tributary_queue WHERE name IN ('partitions', 'all_partitions')`,
    [],
  );
  const found = new Map(rows.map(({ name, value }) => [name, value]));
  return { partitions: found.get('partitions'), all: found.get('all_partitions') };
}

export async function setNumbers(pool: PgPool, { partitions, all }: Numbers): Promise<void> {
  await pool.query(
    `INSERT INTO tributary_queue (name, value) VALUES ('partitions', $1), ('all_partitions', $2)
     ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`,
    [String(partitions), String(all)],
  );
}

export async function heartbeat(pool: PgPool, value: string): Promise<string | undefined> {
  const upsert = `INSERT INTO tributary_queue (name, value) VALUES ('heartbeat', $1)
    ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value RETURNING value`;
  const { rows } = await pool.query<{ value: string }>(upsert, [value]);
  return rows[0]?.value;
}

/** Batches in work and waiting, in the order in which they are taken. */
export async function waitingBatches(pool: PgPool): Promise<WaitingBatch[]> {
  const { rows } = await pool.query<{ queue: string; id: string; name: string }>(
    `SELECT queue, id, name FROM job WHERE state IN ('active', 'waiting')
      ORDER BY queue, state = 'active' DESC, priority, seq`,
    [],
  );
  return rows.map(({ queue, id, name }) => waitingBatch(id, partitionOf(queue), name));
}

/** The data of the jobs of a partition that are taken next, in their order. */
export async function nextJobs(pool: PgPool, partition: number, jobs: number): Promise<unknown[]> {
  const { rows } = await pool.query<{ data: unknown }>(
    `SELECT data FROM job WHERE queue = $1 AND state = 'waiting' ORDER BY priority, seq LIMIT $2`,
    [queueName(partition), jobs],
  );
  return rows.map(({ data }) => data);
}

/** Takes jobs that wait out of a partition, with one statement: BullMQ's own function takes one, and tells of it. */
export async function removeWaiting(pool: PgPool, partition: number, ids: readonly string[]): Promise<void> {
  await pool.query(`DELETE FROM job WHERE queue = $1 AND id = ANY(string_to_array($2, ',')) AND state = 'waiting'`, [
    queueName(partition),
    ids.join(','),
  ]);
}

/** Jobs in work, and the token that each is held under. */
export async function heldJobs(pool: PgPool): Promise<{ partition: number; id: string; token: string }[]> {
  const { rows } = await pool.query<{ queue: string; id: string; token: string }>(
    `SELECT queue, id, coalesce(lock_token, '') AS token FROM job WHERE state = 'active'`,
    [],
  );
  return rows.map(({ queue, id, token }) => ({ partition: partitionOf(queue), id, token }));
}

/** The jobs of one partition that are held under this token. */
export async function jobsHeldBy(pool: PgPool, partition: number, token: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM job WHERE queue = $1 AND state = 'active' AND lock_token = $2`,
    [queueName(partition), token],
  );
  return rows.map(({ id }) => id);
}

/** The number of waiting batches, up to a limit, times the size of some of them as they are stored. */
export async function waitingBytes(pool: PgPool): Promise<number> {
  const { rows } = await pool.query<{ batches: string; size: string }>(
    `SELECT (SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'waiting' LIMIT 100000) AS counted) AS batches,
            (SELECT coalesce(avg(pg_column_size(data)), 0)
               FROM (SELECT data FROM job WHERE state = 'waiting' LIMIT 200) AS sample) AS size`,
    [],
  );
  return Math.round(Number(rows[0]?.batches ?? 0) * Number(rows[0]?.size ?? 0));
}

/** What of the server's settings weakens a promise, one sentence each. */
export async function postgresWarnings(pool: PgPool): Promise<string[]> {
  const { rows } = await pool.query<{ fsync: string; commit: string }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
    [],
  );
  const found: string[] = [];
  if (rows[0]?.fsync === 'off') {
    found.push('PostgreSQL may lose accepted events when its machine fails: set fsync to on.');
  }
  if (rows[0]?.commit === 'off') {
    found.push('PostgreSQL may lose the last accepted events when it crashes: set synchronous_commit to on.');
  }
  return found;
}

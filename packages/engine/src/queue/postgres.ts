import type { PGlite } from '@electric-sql/pglite';
import { Queue as BullQueue, type PgPool, quoteSchemaName, runMigrations } from 'bullmq';
import pg from 'pg';
import { outlive } from '../storage/postgres/outlive.js';
import { QueueError } from './errors.js';
import { agree, firstNumber, type WantedNumber } from './numbers.js';
import { PartitionedQueue } from './partitions.js';
import { PglitePool } from './pglite-pool.js';
import { type Queue, QueueUnavailable } from './port.js';
import { backendsOver } from './postgres-connection.js';
import { Listener } from './postgres-listener.js';
import { PostgresStore } from './postgres-store.js';
import { createTable, queueName, storedNumbers } from './postgres-tables.js';
import { completeSettings, type OnError, type QueueSettings } from './settings.js';

export type PostgresQueueOptions = PostgresSource &
  WantedNumber & {
    /** Holds BullMQ's tables and nothing else. */
    schema?: string;
    settings?: Partial<QueueSettings>;
    onError?: OnError;
  };

/** A server by its address, or by a pool whose connections have the schema as their search_path; or a PGlite. */
export type PostgresSource = { url: string } | { pool: pg.Pool } | { pglite: PGlite };

/**
 * Opens the queue on PostgreSQL, in a server or in this process, for a deployment of one process: starting a second
 * one would take the batches of the first away. Fails as `createRedisQueue` does.
 */
export async function createPostgresQueue(options: PostgresQueueOptions): Promise<Queue> {
  const { schema = 'tributary_queue', onError = () => undefined } = options;
  const first = firstNumber(options, 'one');
  // A PGlite cannot be away, but it does one thing at a time: an add may have to wait for a large batch.
  const wait = 'pglite' in options ? { commandTimeout: 10_000 } : {};
  const settings = completeSettings({ drainDelay: 5, ...wait, ...options.settings });
  const { pool, end } = open(options, schema, settings);
  try {
    await migrate(pool, schema);
    const numbers = agree(await storedNumbers(pool, first), options.partitions);
    const listener = new Listener(pool);
    const backends = backendsOver(pool, listener);
    const queues = Array.from({ length: numbers.all }, (_, partition) => {
      const queue = new BullQueue(
        queueName(partition),
        { connection: pool, streams: { events: { maxLen: 100 } } },
        backends,
      );
      queue.on('error', () => undefined);
      return queue as unknown as BullQueue;
    });
    for (const queue of queues) await queue.setGlobalConcurrency(1);
    const [name, lock] = 'pglite' in options ? (['pglite', 'owned'] as const) : (['postgres', 'stays'] as const);
    const store = new PostgresStore({ name, lock, pool, listener, backends, queues, settings, end });
    return new PartitionedQueue(store, numbers, settings, onError);
  } catch (error) {
    await end();
    if (error instanceof QueueError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new QueueUnavailable(`PostgreSQL does not answer, check POSTGRES_URL: ${reason}`, { cause: error });
  }
}

/** The pool, and what ends it where it is ours. */
function open(source: PostgresSource, schema: string, settings: QueueSettings): { pool: PgPool; end(): Promise<void> } {
  if ('pglite' in source) return { pool: new PglitePool(source.pglite, schema), end: async () => undefined };
  if ('pool' in source) return { pool: asBullPool(source.pool), end: async () => undefined };
  const pool = new pg.Pool({
    connectionString: source.url,
    options: `-c search_path=${quoteSchemaName(schema)}`,
    connectionTimeoutMillis: settings.commandTimeout,
    query_timeout: settings.commandTimeout * 2,
    keepAlive: true,
    max: 10,
  });
  return { pool: asBullPool(pool), end: () => pool.end() };
}

/** BullMQ describes a pool in types of its own, which `pg.Pool` has at run time but not to the letter. */
function asBullPool(pool: pg.Pool): PgPool {
  outlive(pool);
  return pool as unknown as PgPool;
}

async function migrate(pool: PgPool, schema: string): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, schema);
  } finally {
    client.release();
  }
  const { rows } = await pool.query<{ schema: string | null }>('SELECT current_schema() AS schema', []);
  if (rows[0]?.schema !== schema) {
    const message = `The pool's connections must have search_path set to ${schema}, and they have ${rows[0]?.schema}.`;
    throw new QueueError('SEARCH_PATH_WRONG', message, 'pool');
  }
  await createTable(pool);
}

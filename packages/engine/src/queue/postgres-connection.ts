import {
  type BackendFactory,
  type PgPool,
  type PgPoolClient,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
} from 'bullmq';
import type { Listener } from './postgres-listener.js';

/**
 * BullMQ's connection over a pool that others use as well. Its own looks for the migrations in a schema of a fixed
 * name, and remembers for ever that the server did not answer at the first time.
 */
class SharedConnection extends PostgresConnection {
  readonly #forget: () => void;

  constructor(
    pool: PgPool,
    private readonly listener: Listener,
  ) {
    super(pool);
    this.#forget = listener.onLost(() => this.emit('listenerinvalidated'));
  }

  /** The migrations ran before anything was made of this connection. */
  override async waitUntilReady(): Promise<void> {}

  override getListenClient(): Promise<PgPoolClient> {
    return this.listener.client();
  }

  override close(): Promise<void> {
    this.#forget();
    return super.close();
  }
}

/** Makes BullMQ's PostgreSQL backends over one pool. */
export function backendsOver(
  pool: PgPool,
  listener: Listener,
): BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> {
  // BullMQ listens to the pool's errors once for each queue and worker; they arrive in the calls as well.
  const quiet: PgPool = {
    query: (text, params) => pool.query(text, params),
    connect: () => pool.connect(),
    end: async () => undefined,
    on: () => quiet,
    removeAllListeners: () => quiet,
  };
  return (name, options) => new PostgresQueueBackend(new SharedConnection(quiet, listener), name, options);
}

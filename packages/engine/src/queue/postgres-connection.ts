import {
  type BackendFactory,
  type PgPool,
  type PgPoolClient,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
} from 'bullmq';

/**
 * One connection that listens for all workers of a process. BullMQ takes one out of the pool for each worker, which
 * with 16 partitions would be 16 connections that do nothing.
 */
export class Listener {
  #client: Promise<PgPoolClient> | undefined;
  readonly #lost = new Set<() => void>();

  constructor(private readonly pool: PgPool) {}

  client(): Promise<PgPoolClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  onLost(told: () => void): () => void {
    this.#lost.add(told);
    return () => this.#lost.delete(told);
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    client?.removeAllListeners('notification');
    client?.release(true);
  }

  async #connect(): Promise<PgPoolClient> {
    const connecting = this.pool.connect();
    // An attempt that failed must not be the answer for ever.
    connecting.catch(() => {
      this.#client = undefined;
    });
    const client = await connecting;
    if ('setMaxListeners' in client && typeof client.setMaxListeners === 'function') client.setMaxListeners(0);
    client.on('error', () => this.#lose(client));
    return client;
  }

  #lose(client: PgPoolClient): void {
    if (!this.#client) return;
    this.#client = undefined;
    client.removeAllListeners('notification');
    client.release(true);
    for (const told of this.#lost) told();
  }
}

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

import { EventEmitter } from 'node:events';
import type { PgNotification, PgPool, PgPoolClient, PgQueryResult } from 'bullmq';

/**
 * One connection that listens for all workers of a process. BullMQ takes one out of the pool for each worker, which
 * would be a connection for each partition that does nothing.
 */
export class Listener {
  #client: Promise<SharedClient> | undefined;
  readonly #lost = new Set<() => void>();

  constructor(private readonly pool: PgPool) {}

  client(): Promise<PgPoolClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  /** Tells when a connection has gone, and with it what was listened to. */
  onLost(told: () => void): () => void {
    this.#lost.add(told);
    return () => this.#lost.delete(told);
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    client?.end();
  }

  async #connect(): Promise<SharedClient> {
    try {
      const client = await this.pool.connect();
      const shared = new SharedClient(client);
      client.on('error', () => this.#lose(shared));
      return shared;
    } catch (error) {
      // An attempt that failed must not be the answer for ever.
      this.#client = undefined;
      throw error;
    }
  }

  #lose(shared: SharedClient): void {
    if (!shared.end()) return;
    this.#client = undefined;
    for (const told of this.#lost) told();
  }
}

/** A connection that many workers use: each channel is listened to once, and nobody but its owner gives it back. */
class SharedClient extends EventEmitter implements PgPoolClient {
  readonly #channels = new Map<string, Promise<PgQueryResult>>();
  #last: Promise<unknown> = Promise.resolve();
  #over = false;

  constructor(private readonly client: PgPoolClient) {
    super();
    this.setMaxListeners(0);
    client.on('notification', (message: PgNotification) => this.emit('notification', message));
  }

  query<R>(text: string): Promise<PgQueryResult<R>> {
    const known = this.#channels.get(text);
    if (known) return known;
    // One after the other, as a connection wants it.
    const answer = this.#last.then(() => this.client.query<R>(text));
    this.#channels.set(text, answer);
    this.#last = answer.catch(() => this.#channels.delete(text));
    return answer;
  }

  release(): void {}

  /** Gives the connection back to the pool, which throws it away; false when that has happened before. */
  end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.client.release(true);
    return true;
  }
}

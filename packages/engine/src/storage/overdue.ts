import type pg from 'pg';

/** Milliseconds from one look at the clock to the next. */
const EVERY = 500;

/**
 * Ends a connection of which a statement is not answered in time, so that the statement fails. With one clock for all:
 * where `pg` does it for each statement (`query_timeout`), what that held, its rows too, stays in memory until the next
 * full garbage collection.
 */
export class Overdue {
  readonly #since = new Map<pg.ClientBase, number>();
  readonly #clock: NodeJS.Timeout;

  constructor(private readonly ms: number) {
    this.#clock = setInterval(() => this.#look(), EVERY).unref();
  }

  /** Waits for one statement of a connection. */
  async during<T>(client: pg.ClientBase, statement: Promise<T>): Promise<T> {
    this.#since.set(client, performance.now());
    try {
      return await statement;
    } finally {
      this.#since.delete(client);
    }
  }

  stop(): void {
    clearInterval(this.#clock);
  }

  #look(): void {
    const now = performance.now();
    for (const [client, since] of this.#since) {
      if (now - since > this.ms) void (client as pg.Client).end();
    }
  }
}

import { EventEmitter } from 'node:events';
import type { PGlite, Results } from '@electric-sql/pglite';
import { type PgNotification, type PgPool, type PgPoolClient, type PgQueryResult, quoteSchemaName } from 'bullmq';
import { type Ask, type PgliteSession, type Script, sessionOf, type Use } from '../storage/postgres/pglite-session.js';

const INT8 = 20;
/** As `pg` answers: a bigint may be larger than a number can be, so it stays a string. */
const likePg = ({ parsers }: PGlite): PGlite['parsers'] => ({ ...parsers, [INT8]: (value: string) => value });

interface Held {
  ask: Ask;
  script: Script;
  end(commit: boolean): Promise<void>;
}

/**
 * A pool of connections in the shape of `pg`'s over the one session of a PGlite. Each statement runs in a transaction
 * of its own that names the schema, so that others can use the same PGlite with their own.
 */
export class PglitePool extends EventEmitter implements PgPool {
  readonly session: PgliteSession;
  readonly use: Use;

  constructor(
    readonly db: PGlite,
    schema: string,
  ) {
    super();
    this.session = sessionOf(db);
    this.use = { parsers: likePg(db), path: quoteSchemaName(schema) };
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<R>> {
    if (params) return shape(await this.session.query<R>(text, params, this.use));
    // Without parameters a text may hold several statements, and the last one answers, as with `pg`.
    return shape(await this.session.script<R>(text, this.use));
  }

  async connect(): Promise<PgPoolClient> {
    return new PgliteClient(this);
  }

  /** The PGlite belongs to whoever opened it. */
  async end(): Promise<void> {}
}

/** Undoes a transaction, as was asked. */
class RolledBack extends Error {}

/** One borrowed "connection": it holds the session only from BEGIN to COMMIT. */
class PgliteClient extends EventEmitter implements PgPoolClient {
  #held: Held | undefined;
  #unlisten: (() => Promise<void>)[] = [];

  constructor(private readonly pool: PglitePool) {
    super();
    this.setMaxListeners(0);
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<R>> {
    const word = /^\s*(?:--[^\n]*\n\s*)*(\w+)\s*([^\s;]*)/.exec(text);
    switch (word?.[1]?.toUpperCase()) {
      case 'BEGIN':
        return await this.#begin();
      case 'COMMIT':
        return await this.#end(true);
      case 'ROLLBACK':
        return await this.#end(false);
      case 'LISTEN':
        return await this.#listen(word?.[2] ?? '');
    }
    if (!this.#held) return await this.pool.query<R>(text, params);
    return shape(params ? await this.#held.ask<R>(text, params) : await this.#held.script<R>(text));
  }

  release(): void {
    // The PGlite may be closed in the same moment, which ends both as well.
    this.#end(false).catch(() => undefined);
    for (const unlisten of this.#unlisten.splice(0)) unlisten().catch(() => undefined);
  }

  async #begin(): Promise<PgQueryResult<never>> {
    // The session is held for as long as this callback runs: it runs until `end` says how it ends.
    await new Promise<void>((begun, failed) => {
      let decide: (commit: boolean) => void = () => undefined;
      const decided = new Promise<boolean>((resolve) => {
        decide = resolve;
      });
      const over = this.pool.session.transaction(async (ask, script) => {
        const end = (commit: boolean) => {
          decide(commit);
          return over;
        };
        this.#held = { ask, script, end };
        begun();
        if (!(await decided)) throw new RolledBack();
      }, this.pool.use);
      over.catch(failed);
    });
    return { rows: [], rowCount: 0 };
  }

  async #end(commit: boolean): Promise<PgQueryResult<never>> {
    const held = this.#held;
    this.#held = undefined;
    await held?.end(commit).catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
    return { rows: [], rowCount: 0 };
  }

  async #listen(channel: string): Promise<PgQueryResult<never>> {
    const notify = (payload: string) => this.emit('notification', { channel, payload } satisfies PgNotification);
    this.#unlisten.push(await this.pool.db.listen(channel, notify));
    return { rows: [], rowCount: 0 };
  }
}

function shape<R>({ rows, rowCount, affectedRows }: Results<R>): PgQueryResult<R> {
  return { rows, rowCount: rowCount ?? affectedRows ?? rows.length };
}

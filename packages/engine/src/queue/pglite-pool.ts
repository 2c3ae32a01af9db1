import { EventEmitter } from 'node:events';
import type { PGliteInterface, QueryOptions, Results, Transaction } from '@electric-sql/pglite';
import { type PgNotification, type PgPool, type PgPoolClient, type PgQueryResult, quoteSchemaName } from 'bullmq';

const INT8 = 20;
/** As `pg` answers: a bigint may be larger than a number can be, so it stays a string. */
const LIKE_PG: QueryOptions = { parsers: { [INT8]: (value: string) => value } };

type Session = Pick<Transaction, 'query' | 'exec'>;

/**
 * A pool of connections in the shape of `pg`'s over the one session of a PGlite. Each statement runs in a transaction
 * of its own that names the schema, so that others can use the same PGlite with their own.
 */
export class PglitePool extends EventEmitter implements PgPool {
  readonly #path: string;

  constructor(
    readonly db: PGliteInterface,
    schema: string,
  ) {
    super();
    this.#path = `SET LOCAL search_path TO ${quoteSchemaName(schema)}`;
  }

  query<R>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<R>> {
    return this.db.transaction(async (session) => {
      await session.exec(this.#path);
      return await run<R>(session, text, params);
    });
  }

  async connect(): Promise<PgPoolClient> {
    return new PgliteClient(this);
  }

  /** The PGlite belongs to whoever opened it. */
  async end(): Promise<void> {}
}

/** One borrowed "connection": it holds the session only from BEGIN to COMMIT. */
class PgliteClient extends EventEmitter implements PgPoolClient {
  #held: { session: Session; end(commit: boolean): Promise<void> } | undefined;
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
    return this.#held ? await run<R>(this.#held.session, text, params) : await this.pool.query<R>(text, params);
  }

  release(): void {
    // The PGlite may be closed in the same moment, which ends both as well.
    this.#end(false).catch(() => undefined);
    for (const unlisten of this.#unlisten.splice(0)) unlisten().catch(() => undefined);
  }

  async #begin(): Promise<PgQueryResult<never>> {
    // PGlite holds its session for as long as this callback runs: it runs until `end` says how it ends.
    await new Promise<void>((begun, failed) => {
      let decide: (commit: boolean) => void = () => undefined;
      const decided = new Promise<boolean>((resolve) => {
        decide = resolve;
      });
      const over = this.pool.db.transaction(async (session) => {
        const end = (commit: boolean) => {
          decide(commit);
          return over;
        };
        this.#held = { session, end };
        begun();
        if (!(await decided)) await session.rollback();
      });
      over.catch(failed);
    });
    return { rows: [], rowCount: 0 };
  }

  async #end(commit: boolean): Promise<PgQueryResult<never>> {
    const held = this.#held;
    this.#held = undefined;
    await held?.end(commit);
    return { rows: [], rowCount: 0 };
  }

  async #listen(channel: string): Promise<PgQueryResult<never>> {
    const notify = (payload: string) => this.emit('notification', { channel, payload } satisfies PgNotification);
    this.#unlisten.push(await this.pool.db.listen(channel, notify));
    return { rows: [], rowCount: 0 };
  }
}

async function run<R>(session: Session, text: string, params?: readonly unknown[]): Promise<PgQueryResult<R>> {
  if (params) return shape(await session.query<R>(text, [...params], LIKE_PG));
  // Without parameters a text may hold several statements, and the last one answers, as with `pg`.
  const results = await session.exec(text, LIKE_PG);
  return shape(results.at(-1) as Results<R> | undefined);
}

function shape<R>(result: Results<R> | undefined): PgQueryResult<R> {
  const rows = result?.rows ?? [];
  return { rows, rowCount: result?.rowCount ?? result?.affectedRows ?? rows.length };
}

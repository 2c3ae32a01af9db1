import { createHash } from 'node:crypto';
import pg from 'pg';
import { Overdue } from '../overdue.js';
import { untilSerialized } from './errors.js';
import { outlive } from './outlive.js';
import type { Query, Row, Sql } from './sql.js';

export interface PoolOptions {
  url: string;
  /** Connections of this process. */
  max?: number;
  /** Milliseconds after which a statement is given up, so that a dead server is noticed. */
  timeoutMs?: number;
}

/** PostgreSQL on a server, over a pool of connections. */
export function poolSql({ url, max = 10, timeoutMs = 8000 }: PoolOptions): Sql {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'tributary',
    // Plans are kept with the prepared statements: one that was made while a table was small must not read all of it when
    // it has grown. Whatever is asked for often has its index; what has none would look so dear that it was compiled.
    // By itself PostgreSQL plans a list of one or two keys anew each time, which costs more than to read them.
    options: '-c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan',
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
  });
  outlive(pool);
  // Later than the server's own, for a server that does not answer any more.
  const limit = { ms: timeoutMs + 1000, overdue: new Overdue(endConnection) };
  const lend: Lend = (work) => untilSerialized(() => lendOf(pool, limit, work));
  return {
    name: 'postgres',
    query: (text, values) => lend((query) => query(text, values)),
    transaction: (work) => lend((query, keep) => inTransaction(query, keep, work)),
    close: () => pool.end(),
  };
}

/** Work with one connection: after an error it is thrown away, unless it was said to keep it. */
type Lent<T> = (query: Query, keep: () => void) => Promise<T>;
type Lend = <T>(work: Lent<T>) => Promise<T>;

/** How long a statement may take, and who ends those that take longer. */
interface Limit {
  ms: number;
  overdue: Overdue<pg.ClientBase>;
}

async function lendOf<T>(pool: pg.Pool, limit: Limit, work: Lent<T>): Promise<T> {
  const client = await pool.connect();
  let isGood = false;
  const keep = () => {
    isGood = true;
  };
  try {
    const result = await work(over(client, limit), keep);
    keep();
    return result;
  } finally {
    client.release(!isGood);
  }
}

async function inTransaction<T>(query: Query, keep: () => void, work: (query: Query) => Promise<T>): Promise<T> {
  await query('BEGIN');
  try {
    const result = await work(query);
    await query('COMMIT');
    return result;
  } catch (error) {
    // When this fails too, the first error says more.
    await query('ROLLBACK').then(keep, ignore);
    throw error;
  }
}

function ignore(): void {}

function endConnection(client: pg.ClientBase): void {
  void (client as pg.Client).end();
}

/** Asks with a callback: of what a promise of `pg` answers all stays in memory until the next full garbage collection. */
function over(client: pg.PoolClient, { ms, overdue }: Limit): Query {
  return <R extends Row>(text: string, values: readonly unknown[] = []) => {
    const config = { name: nameOf(text), text, values: [...values] };
    const answered = new Promise<R[]>((done, failed) => {
      client.query<R>(config, (error, result) => (error ? failed(error) : done(result.rows)));
    });
    return overdue.during(client, ms, answered);
  };
}

const names = new Map<string, string>();

/** Statements are prepared once for each connection: planning a commit costs more than doing a small one. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `t${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
  }
  return name;
}

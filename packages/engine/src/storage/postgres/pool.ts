import { createHash } from 'node:crypto';
import pg from 'pg';
import { untilSerialized } from './errors.js';
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
    options: '-c enable_seqscan=off -c jit=off',
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
    // Later than the server's own, for a server that does not answer any more.
    query_timeout: timeoutMs + 1000,
  });
  // An idle connection that breaks is replaced; the next statement says when the server is away.
  pool.on('error', () => undefined);
  return {
    name: 'postgres',
    query: (text, values) => untilSerialized(() => over(pool)(text, values)),
    transaction: (work) => untilSerialized(() => inTransaction(pool, work)),
    close: () => pool.end(),
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // The statement in work says that the connection broke; without a listener the client would end the process.
  client.on('error', ignore);
  let broken = true;
  try {
    await client.query('BEGIN');
    try {
      const result = await work(over(client));
      await client.query('COMMIT');
      broken = false;
      return result;
    } catch (error) {
      // When this fails too, the first error says more, and the connection is thrown away.
      broken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      );
      throw error;
    }
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

function ignore(): void {}

function over(client: pg.Pool | pg.PoolClient): Query {
  return async <R extends Row>(text: string, values: readonly unknown[] = []) => {
    const { rows } = await client.query<R>({ name: nameOf(text), text, values: [...values] });
    return rows;
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

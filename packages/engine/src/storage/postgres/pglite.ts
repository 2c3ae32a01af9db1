import type { PGlite } from '@electric-sql/pglite';
import { untilSerialized } from './errors.js';
import { type Ask, sessionOf } from './pglite-session.js';
import type { Query, Row, Sql } from './sql.js';

/** PostgreSQL in this process. PGlite is one connection: its statements and transactions run one after the other. */
export function pgliteSql(pglite: PGlite): Sql {
  const session = sessionOf(pglite);
  return {
    name: 'pglite',
    query: (text, values) => untilSerialized(() => over((...asked) => session.query(...asked))(text, values)),
    transaction: (work) => untilSerialized(() => session.transaction((ask) => work(over(ask)))),
    // The instance is shared with the queue: who opened it closes it.
    close: async () => undefined,
  };
}

function over(ask: Ask): Query {
  return async <R extends Row>(text: string, values: readonly unknown[] = []) => {
    const { rows } = await ask<R>(text, values);
    return rows;
  };
}

import type { PGlite, Transaction } from '@electric-sql/pglite';
import { untilSerialized } from './errors.js';
import type { Query, Row, Sql } from './sql.js';

/** PostgreSQL in this process. PGlite is one connection: its statements and transactions run one after the other. */
export function pgliteSql(pglite: PGlite): Sql {
  return {
    name: 'pglite',
    query: (text, values) => untilSerialized(() => over(pglite)(text, values)),
    transaction: (work) => untilSerialized(() => pglite.transaction((tx) => work(over(tx)))),
    // The instance is shared with the queue: who opened it closes it.
    close: async () => undefined,
  };
}

function over(session: PGlite | Transaction): Query {
  return async <R extends Row>(text: string, values: readonly unknown[] = []) => {
    const { rows } = await session.query<R>(text, [...values]);
    return rows;
  };
}

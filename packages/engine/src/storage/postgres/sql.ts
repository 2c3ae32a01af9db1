/** A row as the database answers it. */
export type Row = { [column: string]: unknown };

/** Runs one statement; values are named `$1`, `$2`, ... in it. */
export type Query = <R extends Row>(text: string, values?: readonly unknown[]) => Promise<R[]>;

/**
 * All that the driver needs of PostgreSQL, in a server or in the process. Implementations turn the loss of the
 * connection into StoreUnavailable, and repeat what ended in a deadlock or a serialization failure.
 */
export interface Sql {
  readonly name: string;
  readonly query: Query;
  /** Runs `work` in a transaction, which may be repeated as a whole. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What the parts of the driver share: the way to the database, and the quoted schema that all names begin with. */
export interface Db {
  readonly sql: Sql;
  readonly schema: string;
}

/** Rows as the one value of `json_to_recordset($1::text::json)`: one value for any number of rows and columns. */
export function asRows(rows: readonly Row[]): string {
  return JSON.stringify(rows);
}

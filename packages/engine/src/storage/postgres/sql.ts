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

/**
 * Documents as one value: `unnest(string_to_array($1, E'\\n'))`. JSON text holds no line break, so nothing is escaped a
 * second time here, and nothing is unescaped in the server.
 */
export function asLines(docs: readonly string[]): string {
  return docs.join('\n');
}

/** Rows and their documents side by side, as a table `r`. */
export function rowsWithDocs(rows: string, columns: string, docs: string): string {
  const names = columns.split(', ').map((column) => column.split(' ')[0]);
  return `ROWS FROM (json_to_recordset(${rows}::text::json) AS (${columns}),
    unnest(string_to_array(${docs}::text, E'\\n'))) AS r(${[...names, 'doc'].join(', ')})`;
}

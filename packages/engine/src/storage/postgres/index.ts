export { type Embedded, openEmbedded } from './embedded.js';
export { asStoreError, OwnershipLost } from './errors.js';
export { DataFolderHeld } from './lock.js';
export { pgliteSql } from './pglite.js';
export { type PoolOptions, poolSql } from './pool.js';
export type { Sql } from './sql.js';
export { createPostgresStore, type PostgresStore, type PostgresStoreOptions } from './store.js';

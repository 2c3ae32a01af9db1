import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { lockFolder } from './lock.js';

/** PostgreSQL in this process, for the store and the queue together. */
export interface Embedded {
  readonly pglite: PGlite;
  /** Closes the database and gives the folder free. */
  release(): Promise<void>;
}

/**
 * Opens the database of a data folder. Only one process can: another one gets DataFolderHeld.
 *
 * @example
 * const { pglite, release } = await openEmbedded('.tributary');
 */
export async function openEmbedded(dataDir: string): Promise<Embedded> {
  const unlock = await lockFolder(dataDir);
  try {
    const pglite = await PGlite.create(join(dataDir, 'postgres'));
    return {
      pglite,
      async release() {
        if (!pglite.closed) await pglite.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

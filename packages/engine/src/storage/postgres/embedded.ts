import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { StoreUnavailable } from '../port.js';
import { asStoreError, DISK_FULL } from './errors.js';
import { lockFolder } from './lock.js';

/** PostgreSQL in this process, for the store and the queue together. */
export interface Embedded {
  readonly pglite: PGlite;
  /** Closes the database and gives the folder free. */
  release(): Promise<void>;
}

/** PostgreSQL writes its log ahead in files of this size, and aborts where it cannot make the next one. */
const ROOM = 16 * 1024 * 1024;

/**
 * Opens the database of a data folder. Only one process can: another one gets DataFolderHeld. Without room on its
 * disk it is StoreUnavailable, before anything is touched.
 *
 * @example
 * const { pglite, release } = await openEmbedded('.tributary');
 */
export async function openEmbedded(dataDir: string): Promise<Embedded> {
  const unlock = await lockFolder(dataDir);
  try {
    await checkRoom(dataDir);
    const pglite = await PGlite.create(join(dataDir, 'postgres'));
    // Plans are kept, as on a server: one that was made while a table was small must not read all of it when it has grown.
    await pglite.exec('SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan');
    return {
      pglite,
      async release() {
        if (!pglite.closed) await pglite.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw asStoreError(error);
  }
}

async function checkRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= ROOM) return;
  const needed = ROOM / 1024 ** 2;
  throw new StoreUnavailable(`${DISK_FULL}: make room where ${folder} is, ${needed} MB at least.`);
}

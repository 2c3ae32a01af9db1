import { existsSync } from 'node:fs';
import {
  asStoreError,
  type Backends,
  chooseBackends,
  createPostgresQueue,
  createPostgresStore,
  createRedisQueue,
  openEmbedded,
  pgliteSql,
  poolSql,
  type Queue,
  type Settings,
  type Store,
} from '@tributary/engine';
import type { Logger } from 'pino';
import { CliError } from '../errors.js';
import { watchDisk } from './disk.js';
import { patiently, WITHOUT_END } from './patiently.js';

/** The queue and the store of this process, opened. */
export interface Opened {
  queue: Queue;
  store: Store;
  /** After the engine has closed queue and store: gives the data folder free. */
  release(): Promise<void>;
}

/** Says where events and profiles are kept. */
export function describeBackends(settings: Settings, { queue, store }: Backends): string {
  if (queue === 'embedded') return `Queue and store are embedded, in ${settings.dataDir}`;
  const names = { redis: 'Redis', postgres: 'PostgreSQL', mongo: 'MongoDB', embedded: '' };
  return queue === store
    ? `Queue and store are on ${names[queue]}`
    : `Queue on ${names[queue]}, store on ${names[store]}`;
}

interface Use {
  /** Whether the process is one of several, each with its role. */
  severalProcesses: boolean;
  /** False for a command: it makes no deployment, and takes none over from the process that owns it. */
  isProcess?: boolean;
}

/** Opens what the settings choose. Servers that do not answer yet are waited for. */
export async function openBackends(
  settings: Settings,
  { severalProcesses, isProcess = true }: Use,
  log: Pick<Logger, 'warn'>,
): Promise<Opened> {
  const chosen = chooseBackends(settings, severalProcesses);
  const options = {
    partitions: settings.partitions,
    mustExist: !isProcess,
    settings: {
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledMs,
      patience: settings.shutdownMs,
      maxBytes: settings.queueMaxBytes,
    },
    onError: (error: unknown, where: object) => log.warn({ err: error, ...where }, 'The queue lives with a fault'),
  };
  // A disk that is full has its time to be cleared: nobody else can open this folder.
  if (chosen.queue === 'embedded') {
    if (!isProcess && !existsSync(settings.dataDir))
      throw new CliError(
        `There is no deployment in ${settings.dataDir}: set TRIBUTARY_DATA, or the servers that it uses.`,
      );
    return patiently(WITHOUT_END, () => openInProcess(settings.dataDir, options));
  }

  const { startupMs } = settings;
  const queue = await patiently(startupMs, () =>
    chosen.queue === 'redis'
      ? createRedisQueue({ ...options, url: settings.redisUrl as string })
      : createPostgresQueue({ ...options, url: settings.postgresUrl as string }),
  );
  if (chosen.store === 'mongo') {
    const { createMongoStore } = await import('@tributary/engine/mongo');
    const store = createMongoStore({ url: settings.mongodbUrl as string });
    await patiently(startupMs, () => store.open());
    return { queue, store, release: async () => {} };
  }
  const store = createPostgresStore({ sql: poolSql({ url: settings.postgresUrl as string }) });
  await patiently(startupMs, () => store.open());
  // Without Redis one process owns the deployment: one that ran before and still lives can commit nothing from here on.
  if (chosen.queue === 'postgres' && isProcess) await patiently(startupMs, () => store.takeOwnership());
  return { queue, store, release: async () => {} };
}

type QueueOptions = Omit<Parameters<typeof createPostgresQueue>[0], 'url' | 'pool' | 'pglite'>;

async function openInProcess(dataDir: string, given: QueueOptions): Promise<Opened> {
  // Store and queue are one database here: what is wrong with it is said in the same words.
  const options: QueueOptions = { ...given, onError: (error, where) => given.onError?.(asStoreError(error), where) };
  const { pglite, release } = await openEmbedded(dataDir);
  try {
    const store = createPostgresStore({ sql: pgliteSql(pglite) });
    await store.open();
    await store.takeOwnership();
    const queue = await createPostgresQueue({ ...options, pglite });
    const unwatch = watchDisk(dataDir);
    const end = () => {
      unwatch();
      return release();
    };
    return { queue, store, release: end };
  } catch (error) {
    await release();
    throw error;
  }
}

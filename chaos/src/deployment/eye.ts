import {
  createEngine,
  createPostgresQueue,
  createPostgresStore,
  createRedisQueue,
  defaultSettings,
  type Engine,
  type EngineOptions,
  openEmbedded,
  PluginRegistry,
  pgliteSql,
  poolSql,
  type Queue,
  type Store,
} from '@tributary/engine';
import { createMongoStore } from '@tributary/engine/mongo';
import type { Servers } from './servers.js';

/** The suite's own look at queue and store: it reads what the program has written, through no proxy. */
export interface Eye {
  engine: Engine;
  store: Store;
  queue: Queue;
  close(): Promise<void>;
}

/** Opens queue and store. The embedded ones only while no program holds them. */
export async function openEye(servers: Servers): Promise<Eye> {
  const settings = defaultSettings();
  const { queue, store, release } =
    servers.store === 'embedded' ? await inFolder(servers.dataFolder as string) : await onServers(servers);
  const engine = createEngine({ queue, store, settings, registry: new PluginRegistry(), log: silent() });
  return {
    engine,
    queue,
    store,
    async close() {
      await engine.stop(0);
      await release();
    },
  };
}

async function onServers({ store: name, queueServer, storeServer }: Servers) {
  const { partitions } = defaultSettings();
  const queue = await createRedisQueue({ url: queueServer?.url ?? '', partitions });
  const url = storeServer?.url ?? '';
  const store = name === 'mongo' ? createMongoStore({ url }) : createPostgresStore({ sql: poolSql({ url }) });
  await store.open();
  return { queue, store, release: async () => {} };
}

async function inFolder(folder: string) {
  const { pglite, release } = await openEmbedded(folder);
  const store = createPostgresStore({ sql: pgliteSql(pglite) });
  await store.open();
  const queue = await createPostgresQueue({ pglite, partitions: defaultSettings().partitions });
  return { queue, store, release };
}

function silent(): EngineOptions['log'] {
  const nothing = () => undefined;
  const levels = { fatal: nothing, error: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing };
  const log = { ...levels, silent: nothing, child: () => log };
  return log as unknown as EngineOptions['log'];
}

import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMongo, startPostgres, startRedis, type TestServer } from '@tributary/testing';
import { Relay } from '../net/relay.js';
import { Disk } from './disk.js';
import { atTheLatest } from './exit.js';

const SHARED_MEMORY = '/dev/shm';

export type StoreName = 'postgres' | 'mongo' | 'embedded';

/** A server between start and end of a run, reached by the program through a proxy, by the suite without. */
export interface Served {
  name: string;
  /** Without the proxy. */
  url: string;
  proxyUrl: string;
  /** Absent where the server is not ours: then it is left alone. */
  proxy?: Relay;
  /** Whether it keeps what it acknowledged when it is killed. */
  mortal: boolean;
  /** Stops it, by the signal of an orderly end. */
  halt(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface Servers {
  store: StoreName;
  queueServer?: Served;
  storeServer?: Served;
  /** The data folder of the embedded store. */
  dataFolder?: string;
  /** The disk of that folder, where this user may mount one. */
  disk?: Disk;
  /** How the program is told. */
  env: { [name: string]: string };
  stop(): Promise<void>;
}

/** Starts what a deployment on this store needs. */
export async function startServers(store: StoreName): Promise<Servers> {
  if (store === 'embedded') return embedded();
  const open: { stop(): Promise<unknown> }[] = [];
  const stop = async () => {
    for (const one of open.reverse()) await one.stop();
  };
  try {
    // It is killed here: what it has acknowledged must be in its file. In memory, a sync of that costs nothing, and a kill
    // of the process takes nothing away.
    const dir = await mkdtemp(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'tributary-chaos-redis-'));
    const remove = atTheLatest(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
    open.push({ stop: async () => remove() });
    const redis = await startRedis({ appendonly: 'always', dir });
    open.push(redis);
    const database = store === 'mongo' ? await startMongo() : await startPostgres();
    open.push(database);
    const queueServer = await served(redis, redis.url, 'SIGTERM', open);
    const url = await database.createDatabase();
    const storeServer = await served(database, url, store === 'mongo' ? 'SIGTERM' : 'SIGINT', open);
    const name = store === 'mongo' ? 'MONGODB_URL' : 'POSTGRES_URL';
    return {
      store,
      queueServer,
      storeServer,
      env: { REDIS_URL: queueServer.proxyUrl, [name]: storeServer.proxyUrl },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Server = Omit<TestServer, 'kill'> & { kill?(): Promise<void> };

async function served(
  server: Server,
  url: string,
  endSignal: NodeJS.Signals,
  open: { stop(): Promise<unknown> }[],
): Promise<Served> {
  const ours = server.pid > 0;
  const proxy = ours ? await Relay.start(server.port) : undefined;
  if (proxy) open.push(proxy);
  // mongo-java-server loses acknowledged writes when it is killed, which would prove nothing about Tributary.
  const mortal = server.kill !== undefined;
  return {
    name: server.name,
    url,
    proxyUrl: proxy ? url.replace(`:${server.port}`, `:${proxy.port}`) : url,
    ...(proxy && { proxy }),
    mortal,
    async halt() {
      if (!ours) throw new Error(`${server.name} is not ours to stop.`);
      process.kill(server.pid, endSignal);
      while (isAlive(server.pid)) await sleep(20);
    },
    async kill() {
      if (!server.kill) throw new Error(`${server.name} is not to be killed.`);
      await server.kill();
    },
    start: () => server.restart(),
  };
}

async function embedded(): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-chaos-data-'));
  const disk = Disk.mount(join(folder, 'disk'));
  const dataFolder = join(folder, 'disk', 'data');
  return {
    store: 'embedded',
    dataFolder,
    ...(disk && { disk }),
    env: { TRIBUTARY_DATA: dataFolder },
    async stop() {
      disk?.unmount();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

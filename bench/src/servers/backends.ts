import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo, startRedis, type TestServer } from '@tributary/testing';
import { Redis } from 'ioredis';
import { startDurablePostgres } from './postgres.js';

export type BackendName = 'postgres' | 'mongo' | 'embedded';

/** Where a deployment of one measurement keeps its things. */
export interface Backend {
  name: BackendName;
  /** As reports call it. */
  title: string;
  redisUrl?: string;
  /** The url of the store's database, or the data folder. */
  store: string;
}

/** Servers that are started when the first figure needs them and live until the end of the run. */
export class Servers {
  #redis: Promise<TestServer> | undefined;
  #postgres: ReturnType<typeof startDurablePostgres> | undefined;
  #mongo: ReturnType<typeof startMongo> | undefined;
  readonly #folders: string[] = [];
  #n = 0;

  redis(): Promise<TestServer> {
    this.#redis ??= startRedis({ appendonly: 'everysec' });
    return this.#redis;
  }

  /** An empty database (or folder), and a Redis database of its own. */
  async fresh(name: BackendName): Promise<Backend> {
    const n = ++this.#n;
    if (name === 'embedded') {
      const store = await mkdtemp(join(tmpdir(), 'tributary-bench-data-'));
      this.#folders.push(store);
      return { name, title: 'embedded', store };
    }
    const redis = await this.redis();
    // Redis has 16 databases by default; one that was used long ago is taken again, emptied.
    const redisUrl = `${redis.url}/${n % 16}`;
    await emptied(redisUrl);
    if (name === 'postgres') {
      const postgres = await this.postgres();
      return { name, title: 'Redis + PostgreSQL', redisUrl, store: await postgres.createDatabase(`bench_${n}`) };
    }
    this.#mongo ??= startMongo();
    const mongo = await this.#mongo;
    const store = await mongo.createDatabase(`bench_${n}`);
    return { name, title: `Redis + ${mongo.name}`, redisUrl, store };
  }

  postgres(): ReturnType<typeof startDurablePostgres> {
    this.#postgres ??= startDurablePostgres();
    return this.#postgres;
  }

  /** The processes of the servers that a backend needs, for the time that they use. */
  async pids(name: BackendName): Promise<number[]> {
    if (name === 'embedded') return [];
    const servers = await Promise.all([this.#redis, name === 'postgres' ? this.#postgres : this.#mongo]);
    return servers.map((server) => server?.pid ?? 0).filter((pid) => pid > 0);
  }

  async stop(): Promise<void> {
    const servers = await Promise.all([this.#redis, this.#postgres, this.#mongo]);
    for (const server of servers) await server?.stop();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Empties one database of a Redis. */
export async function emptied(redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl, { protocol: 2 });
  await client.flushdb();
  client.disconnect();
}

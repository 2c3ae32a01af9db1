import { join } from 'node:path';
import { SOURCE } from '../oracle/effects.js';
import * as made from './engine.js';
import { flows } from './flows.js';

const repository = join(import.meta.dirname, '../../..');

/** Servers of one run, and the environment by which processes find them. */
export interface Servers {
  redisUrl: string;
  store: { name: 'postgres' | 'mongo'; url: string };
}

/** The side that takes events and answers questions: the role `api`, in the process of the test. */
export interface Api {
  engine: made.Engine;
  store: made.Store;
  queue: made.Queue;
  source: NonNullable<Awaited<ReturnType<made.Engine['sources']['get']>>>;
  log: string[];
}

export async function startApi({ redisUrl, store: { name, url } }: Servers, hookUrl: string): Promise<Api> {
  const settings = made.defaultSettings({ allowPrivateDestinations: true });
  const queue = await made.createRedisQueue({ url: redisUrl, partitions: settings.partitions });
  const store =
    name === 'mongo' ? made.createMongoStore({ url }) : made.createPostgresStore({ sql: made.poolSql({ url }) });
  await store.open();
  const registry = new made.PluginRegistry();
  for (const plugin of await made.loadPlugins([join(repository, 'packages/plugins/dist/index.js')])) {
    registry.register(plugin);
  }
  const log: string[] = [];
  const engine = made.createEngine({ store, queue, settings, registry, log: made.keepLog(log) });
  await engine.start(['api']);
  const source = await engine.sources.create({ id: SOURCE, name: 'The site', writeKey: 'site' });
  for (const flow of flows(hookUrl)) {
    await engine.flows.saveDraft(flow.id, flow);
    await engine.flows.publish(flow.id);
  }
  return { engine, store, queue, source, log };
}

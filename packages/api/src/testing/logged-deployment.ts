import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  createEngine,
  createMetrics,
  createPostgresQueue,
  createPostgresStore,
  defaultSettings,
  openEmbedded,
  PluginRegistry,
  pgliteSql,
  safeLog,
} from '@tributary/engine';
import { plugins } from '@tributary/plugins';
import { definePlugin, Type } from '@tributary/sdk';
import { pino } from 'pino';
import { createApi } from '../app.js';
import { serve } from './serve.js';

/** A plugin that throws what it was given. */
const thrower = definePlugin({
  name: 'thrower',
  version: '1.0.0',
  title: 'Thrower',
  config: Type.Object({}),
  ports: ['out'],
  run({ event }) {
    throw Object.assign(new Error(`cannot take ${JSON.stringify(event)}`), { event });
  },
});

/** All roles in one process as the command runs them, with every line of the log kept, from `trace` on. */
export async function loggedDeployment() {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-log-'));
  const { pglite, release } = await openEmbedded(folder);
  const lines: string[] = [];
  /** Errors as they came, before the log made them safe. */
  const raw: string[] = [];
  const log = safeLog(pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }));
  const registry = new PluginRegistry();
  for (const plugin of [...plugins, thrower]) registry.register(plugin);
  const store = createPostgresStore({ sql: pgliteSql(pglite) });
  await store.open();
  const onError = (error: unknown, where: object) => {
    raw.push(inspect(error, { depth: 10 }));
    log.warn({ err: error, ...where }, 'The queue lives with a fault');
  };
  const queue = await createPostgresQueue({ pglite, partitions: 2, onError });
  const metrics = createMetrics();
  const engine = createEngine({
    store,
    queue,
    registry,
    log,
    observer: metrics.observer,
    settings: defaultSettings({ allowPrivateDestinations: true }),
    deliveries: { pollMs: 50, backoff: { attempts: 2, baseMs: 10, maxMs: 20 } },
  });
  metrics.watch({ queue, health: () => engine.health() });
  await engine.start(['api', 'worker', 'scheduler']);
  const server = await serve(createApi({ engine, log, metrics }));
  return {
    engine,
    url: server.url,
    lines,
    raw,
    sql: (text: string) => pglite.exec(text),
    async stop() {
      await server.close();
      await engine.stop();
      metrics.close();
      await release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

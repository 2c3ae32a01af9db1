import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createEngine,
  createPostgresQueue,
  createPostgresStore,
  defaultSettings,
  type Engine,
  openEmbedded,
  PluginRegistry,
  pgliteSql,
} from '@tributary/engine';
import { DeliveryError, definePlugin, type Plugin, Type } from '@tributary/sdk';
import { pino } from 'pino';

/** A plugin of each kind that has an effect: a trait, and a call to the outside that fails as it is told. */
const mark = definePlugin({
  name: 'mark',
  version: '1.0.0',
  title: 'Mark',
  config: Type.Object({ trait: Type.String(), segment: Type.String() }),
  ports: ['out'],
  run({ profile }, { trait, segment }) {
    profile.set(`traits.${trait}`, true);
    profile.segment(segment, true);
    return 'out';
  },
});

export interface RealEngine {
  engine: Engine;
  /** While true, the plugin `call` fails for good. */
  outside: { broken: boolean };
  stop(): Promise<void>;
}

/** An engine in all its parts, over a database in a temporary folder. */
export async function realEngine(): Promise<RealEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-api-'));
  const { pglite, release } = await openEmbedded(folder);
  const outside = { broken: false };
  const call = definePlugin({
    name: 'call',
    version: '1.0.0',
    title: 'Call',
    config: Type.Object({}),
    ports: ['ok'],
    prepare: ({ event }) => ({ destination: 'test', payload: { message: event.messageId } }),
    deliver: async () => {
      if (outside.broken) throw new DeliveryError('It is broken.', { permanent: true, status: 410 });
      return 'ok';
    },
  });
  const registry = new PluginRegistry();
  for (const plugin of [mark, call] as Plugin[]) registry.register(plugin);
  const store = createPostgresStore({ sql: pgliteSql(pglite) });
  await store.open();
  const queue = await createPostgresQueue({ pglite, partitions: 2 });
  const engine = createEngine({
    store,
    queue,
    registry,
    settings: defaultSettings(),
    log: pino({ level: 'silent' }),
    deliveries: { pollMs: 50 },
  });
  await engine.start(['api', 'worker', 'scheduler']);
  return {
    engine,
    outside,
    async stop() {
      await engine.stop();
      await release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

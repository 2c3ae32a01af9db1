import { PGlite } from '@electric-sql/pglite';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from './engine.js';
import { PluginRegistry } from './plugins/index.js';
import { createPostgresQueue } from './queue/postgres.js';
import { defaultSettings } from './settings/index.js';
import { aCommit, anEvent, iso, newId, stored } from './storage/contract/builders.js';
import { createPostgresStore, pgliteSql } from './storage/postgres/index.js';

const DAY = 86_400_000;
let pglite: PGlite;
beforeAll(async () => {
  pglite = await PGlite.create();
});
afterAll(() => pglite.close());

it.each([
  ['drops events that are older than the operator keeps them', { eventDays: 60 }, 1],
  ['keeps events for ever when nothing is said', {}, 2],
])('the scheduler %s', async (_, given, left) => {
  const store = createPostgresStore({ sql: pgliteSql(pglite), schema: `kept_${left}` });
  await store.open();
  const profile = newId();
  for (const age of [100, 1]) {
    const ms = Date.now() - age * DAY;
    const event = anEvent({ id: newId(ms), receivedAt: iso(ms) });
    await store.commit(aCommit({ events: [stored(profile, event)] }));
  }
  const queue = await createPostgresQueue({ pglite, partitions: 1, schema: `queue_${left}` });
  let cleaned = () => {};
  const done = new Promise<void>((resolve) => {
    cleaned = resolve;
  });
  const clean: typeof store.clean = async (options) => {
    await store.clean(options);
    cleaned();
  };
  const engine = createEngine({
    store: { ...store, clean },
    queue,
    settings: defaultSettings(given),
    registry: new PluginRegistry(),
    log: pino({ level: 'silent' }),
  });
  await engine.start(['scheduler']);
  await done;
  expect((await store.profileEvents([profile], { limit: 9 })).items).toHaveLength(left);
  await engine.stop();
});

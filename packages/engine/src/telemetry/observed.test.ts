import { PGlite } from '@electric-sql/pglite';
import { DeliveryError, definePlugin, type Json, Type } from '@tributary/sdk';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from '../engine.js';
import { PluginRegistry } from '../plugins/index.js';
import type { Engine, Source } from '../port.js';
import type { Queue } from '../queue/port.js';
import { createPostgresQueue } from '../queue/postgres.js';
import { createPostgresStore, pgliteSql } from '../storage/postgres/index.js';
import { createMetrics } from './metrics/metrics.js';

let attempts = 0;
const call = definePlugin({
  name: 'call',
  version: '1.0.0',
  title: 'Call',
  config: Type.Object({}),
  ports: ['out'],
  prepare: () => ({ destination: 'https://crm.example', payload: null }),
  deliver: async () => {
    if (attempts++ === 0) throw new DeliveryError('busy', { status: 503 });
    return 'out';
  },
});

const metrics = createMetrics();
let pglite: PGlite;
let queue: Queue;
let engine: Engine;
let source: Source;

beforeAll(async () => {
  pglite = await PGlite.create();
  const store = createPostgresStore({ sql: pgliteSql(pglite) });
  await store.open();
  queue = await createPostgresQueue({ pglite, partitions: 2 });
  const registry = new PluginRegistry();
  registry.register(call);
  engine = createEngine({
    store,
    queue,
    registry,
    log: pino({ level: 'silent' }),
    settings: { shutdownMs: 5_000, allowPrivateDestinations: false },
    observer: metrics.observer,
    deliveries: { backoff: { attempts: 4, baseMs: 10, maxMs: 20 }, pollMs: 20 },
  });
  metrics.watch({ queue, health: () => engine.health() });
  source = await engine.sources.create({ id: 'site', name: 'Site', writeKey: 'k' });
  await engine.flows.saveDraft('f', {
    id: 'f',
    trigger: { events: ['track'], names: ['Call'] },
    nodes: { crm: { plugin: 'call@^1', config: {} } },
    edges: [{ from: 'trigger', to: 'crm' }],
  });
  await engine.flows.publish('f');
});
afterAll(async () => {
  await engine.stop();
  metrics.close();
  await pglite.close();
});

const send = (...calls: Json[]) => engine.collect.accept({ source, calls });
async function value(series: string): Promise<number | undefined> {
  const line = (await metrics.read()).body.split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}
const processed = (result: string) => value(`tributary_events_processed_total{result="${result}"}`);

it('what waits is seen before a worker begins', async () => {
  await engine.start(['api']);
  await send(
    { type: 'identify', userId: 'ann', traits: { plan: 'pro' } },
    { type: 'track', event: 'A', userId: 'ann' },
  );
  await expect
    .poll(async () => {
      const waiting = [0, 1].map((n) => value(`tributary_partition_waiting_events{partition="${n}"}`));
      return (await Promise.all(waiting)).reduce((sum: number, n) => sum + (n ?? 0), 0);
    })
    .toBe(2);
  expect(await value('tributary_processes{role="worker"}')).toBe(0);
  expect(await value('tributary_enqueue_duration_seconds_count')).toBe(1);
  await engine.start(['worker']);
});

it('counts what the accounting counts', async () => {
  const twice = { type: 'track', event: 'Call', userId: 'bob', messageId: 'x' };
  await send(twice, twice, { type: 'track', userId: 'bob' });
  await expect.poll(() => engine.accounting().then(({ applied }) => applied), { timeout: 60_000 }).toBe(3);
  const sums = await engine.accounting();
  expect(await value('tributary_events_accepted_total')).toBe(sums.accepted);
  expect(await processed('applied')).toBe(sums.applied);
  expect(await processed('duplicate')).toBe(sums.duplicate);
  expect(await processed('quarantined')).toBe(sums.quarantined);
  expect(await value('tributary_batch_items_sum')).toBeGreaterThanOrEqual(5);
  expect(await value('tributary_commit_duration_seconds_count')).toBeGreaterThan(0);
});

it('counts attempts at deliveries by host and result, and is in none when they are over', async () => {
  const delivered = 'tributary_deliveries_total{destination="crm.example",result="delivered"}';
  await expect.poll(() => value(delivered), { timeout: 60_000 }).toBe(1);
  expect(await value('tributary_deliveries_total{destination="crm.example",result="failed"}')).toBe(1);
  expect(await value('tributary_delivery_duration_seconds_count')).toBe(2);
  expect(await value('tributary_deliveries_in_flight')).toBe(0);
});

it('counts a replay out of the quarantine without ever counting down', async () => {
  const [row] = (await engine.effects.quarantine({ limit: 1 })).items;
  await engine.effects.replayQuarantined(row?.id as string, { type: 'track', event: 'Mended', userId: 'bob' });
  await expect.poll(() => engine.accounting().then(({ quarantined }) => quarantined), { timeout: 60_000 }).toBe(0);
  await expect.poll(() => value('tributary_events_replayed_total{from="quarantine"}')).toBe(1);
  expect(await processed('quarantined')).toBe(1);
  expect(await processed('applied')).toBe((await engine.accounting()).applied);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
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
import { DeliveryError, definePlugin, Type } from '@tributary/sdk';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTracing } from './load.js';
import { attributeOf, receiver, type Span } from './testing/receiver.js';

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

let attempts = 0;
const call = definePlugin({
  name: 'call',
  version: '1.0.0',
  title: 'Call',
  config: Type.Object({}),
  ports: ['out'],
  prepare: ({ event }) => ({ destination: 'crm', payload: { name: event.name ?? null } }),
  deliver: async () => {
    if (attempts++ === 0) throw new DeliveryError('busy with Ann Marker', { status: 503 });
    return 'out';
  },
});

const note = definePlugin({
  name: 'note',
  version: '1.0.0',
  title: 'Note',
  config: Type.Object({}),
  ports: ['out'],
  run: () => 'out',
});

async function traced(endpoint: string): Promise<{ engine: Engine; end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-traces-'));
  const { pglite, release } = await openEmbedded(folder);
  const store = createPostgresStore({ sql: pgliteSql(pglite) });
  await store.open();
  const registry = new PluginRegistry();
  registry.register(call);
  registry.register(note);
  const tracing = await loadTracing({ otlpEndpoint: endpoint }, ['api', 'worker']);
  const engine = createEngine({
    store,
    queue: await createPostgresQueue({ pglite, partitions: 2 }),
    registry,
    tracing,
    log: pino({ level: 'silent' }),
    settings: defaultSettings(),
    deliveries: { pollMs: 20, backoff: { attempts: 3, baseMs: 10, maxMs: 20 } },
  });
  await engine.start(['api', 'worker']);
  const end = async () => {
    await engine.stop();
    await release();
    await tracing?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { engine, end };
}

describe('traces', () => {
  it('cost nothing while no receiver is set: the tracer is not loaded', async () => {
    expect(await loadTracing({}, ['api'])).toBeUndefined();
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    expect(loaded.filter((path) => /opentelemetry.(sdk|exporter)/.test(path))).toEqual([]);
  });

  it('follow an event from its acceptance through the queue to each attempt at a delivery', async () => {
    const collector = await receiver();
    closers.push(collector.close);
    const { engine, end } = await traced(collector.url);
    const source = await engine.sources.create({ id: 'site', name: 'Site', writeKey: 'k' });
    await engine.flows.saveDraft('f', {
      id: 'f',
      trigger: { events: ['track'] },
      nodes: { crm: { plugin: 'call@^1', config: {} }, told: { plugin: 'note@^1', config: {} } },
      edges: [
        { from: 'trigger', to: 'crm' },
        { from: 'crm', to: 'told' },
      ],
    });
    await engine.flows.publish('f');
    await engine.collect.accept({ source, calls: [{ type: 'track', event: 'Ann Marker', userId: 'ann-marker' }] });
    await expect
      .poll(async () => (await engine.effects.deliveries({ limit: 1, status: 'delivered' })).items.length)
      .toBe(1);
    await expect.poll(async () => (await engine.effects.runs({ limit: 1 })).items[0]?.status).toBe('done');
    await end();

    const spans = collector.spans();
    const named = (name: string) => spans.filter((span) => span.name === name);
    const under = (span: Span | undefined) => (one: Span) => one.parentSpanId === span?.spanId;
    const [collect] = named('collect');
    const batch = named('batch').find(under(collect));
    const [first, second, ...more] = named('delivery').filter(under(batch));
    expect(collect).toMatchObject({ traceId: batch?.traceId });
    expect(collect?.parentSpanId ?? '').toBe('');
    expect(named('commit').filter(under(batch))).toHaveLength(1);
    expect([first, second].map((span) => attributeOf(span?.attributes ?? [], 'tributary.result'))).toEqual([
      'failed',
      'delivered',
    ]);
    expect(more).toEqual([]);
    // The answer goes back through the queue, and the run goes on in a batch of the same trace.
    expect(named('batch').filter(under(second))).toHaveLength(1);
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
    expect(collector.service()).toBe('tributary');
    expect(collector.bodies.join()).not.toMatch(/ann.marker/i);
  });
});

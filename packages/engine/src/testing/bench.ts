import { PGlite } from '@electric-sql/pglite';
import type { Event, Json, Plugin } from '@tributary/sdk';
import { v7 as uuidv7 } from 'uuid';
import type { Batch, BatchItem } from '../events/batch.js';
import { momentOf } from '../events/clock.js';
import { normaliseCall } from '../events/normalise.js';
import { createFlowCatalog } from '../flows/index.js';
import { defaultRules } from '../identity/rules.js';
import type { PipelineContext } from '../pipeline/context.js';
import { Gathering } from '../pipeline/gathering.js';
import { processBatch } from '../pipeline/process.js';
import { Turns } from '../pipeline/turns.js';
import { PluginRegistry } from '../plugins/index.js';
import { ProfileReader } from '../profiles/read.js';
import type { Lease } from '../queue/port.js';
import type { Store } from '../storage/port.js';
import { createPostgresStore, pgliteSql } from '../storage/postgres/index.js';

/** A lease that is never lost. */
export const HELD: Lease = {
  attempt: 1,
  signal: new AbortController().signal,
  verify: async () => true,
  following: async () => [],
  drop: async () => undefined,
};

let shared: Promise<PGlite> | undefined;
let schemas = 0;

/** A store of its own in a database in memory that the tests of a file share: making one takes seconds. */
export async function memoryStore(): Promise<Store> {
  shared ??= PGlite.create();
  return createPostgresStore({ sql: pgliteSql(await shared), schema: `t${++schemas}` });
}

/** The pipeline over a real store in memory, without a queue: batches go in as a test says. */
export async function pipelineBench(options: { plugins?: Plugin[]; store?: Store } = {}) {
  const store = options.store ?? (await memoryStore());
  await store.open();
  const registry = new PluginRegistry();
  for (const plugin of options.plugins ?? []) registry.register(plugin);
  const catalog = createFlowCatalog(store, registry);
  const rules = defaultRules();
  let live = await catalog.refresh();
  const conflicts: number[] = [];
  const context: PipelineContext = {
    store,
    rules,
    flows: { live: () => live, version: (flow, version) => catalog.getVersion(flow, version) },
    onHandOver: () => undefined,
    onConflict: (n) => conflicts.push(n),
    alone: new Map(),
    gathering: new Gathering(),
    turns: new Turns(),
  };
  const received = new Map<string, number>();
  return {
    store,
    context,
    conflicts,
    profiles: new ProfileReader(store, rules),
    async publish(definition: Json & { id: string }) {
      await catalog.saveDraft(definition);
      const version = await catalog.publish(definition.id);
      live = await catalog.refresh();
      return version;
    },
    /** A batch of calls as they would come from outside. */
    batch(calls: Json[], more: Partial<Batch> = {}): Batch {
      const context = { source: 'site', rules, received: momentOf(Date.now()), small: false };
      return batchOf(
        calls.map((call) => normaliseCall(call, context)),
        received,
        more,
      );
    },
    items: (items: BatchItem[], more: Partial<Batch> = {}) => batchOf(items, received, more),
    process: (batch: Batch, lease: Lease = HELD) => processBatch(context, batch, lease),
    async apply(...calls: Json[]): Promise<void> {
      await processBatch(context, this.batch(calls), HELD);
    },
    async timeline(profile: string): Promise<Event[]> {
      const { items } = await this.profiles.events(profile, { limit: 500 });
      return items.map((item) => item.event).reverse();
    },
    close: () => store.close(),
  };
}

function batchOf(items: BatchItem[], received: Map<string, number>, more: Partial<Batch>): Batch {
  const partition = more.partition ?? 0;
  const outside = items.filter((item) => item.kind === 'event' || item.kind === 'rejected').length;
  const accepted = (received.get(`${partition}`) ?? 0) + outside;
  received.set(`${partition}`, accepted);
  return { v: 1, id: uuidv7(), partition, createdAt: Date.now(), producer: 'test', accepted, items, ...more };
}

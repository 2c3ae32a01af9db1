import type { Json } from '@tributary/sdk';
import type { PluginRegistry } from '../plugins/index.js';
import type { RecordStore } from '../storage/port.js';
import { FlowError, type FlowFault } from './faults.js';
import type { FlowDefinition, FlowRecord, FlowVersion } from './flow.js';
import { createLiveFlows, FLOW, type LiveFlows, VERSION } from './live.js';
import { plainCopy } from './plain.js';
import type { CompiledFlow, MissingFlow } from './types.js';
import { checkShape, validateFlow } from './validate.js';

export interface StoredFlow {
  rev: number;
  record: FlowRecord;
}

/** Drafts, versions and what is live. Refusals are FlowErrors: NOT_FOUND, CHANGED, INVALID. */
export interface FlowCatalog {
  /** Stores a draft; its form must hold, other faults are answered and only stand in the way of publishing. */
  saveDraft(definition: unknown, options?: { rev?: number }): Promise<StoredFlow & { faults: FlowFault[] }>;
  /** Makes a version of the draft, with exact plugin versions, and puts it live. */
  publish(flow: string, options?: { rev?: number }): Promise<FlowVersion>;
  /** All published versions, oldest first. */
  versions(flow: string): Promise<FlowVersion[]>;
  /** Puts an earlier (or any other) version live. */
  rollback(flow: string, version: number): Promise<StoredFlow>;
  /** New events no longer run the flow; open runs go on. */
  turnOff(flow: string): Promise<StoredFlow>;
  get(flow: string): Promise<StoredFlow | undefined>;
  list(): Promise<StoredFlow[]>;
  /** What is live now: one list of short records, versions are read and compiled once. */
  refresh(): Promise<LiveFlows>;
  /** Any version, for a run that belongs to it. */
  getVersion(flow: string, version: number): Promise<CompiledFlow | MissingFlow | undefined>;
}

/** The flows of a deployment. `now` is the clock, in milliseconds. */
export function createFlowCatalog(
  store: RecordStore,
  registry: PluginRegistry,
  { now = Date.now }: { now?: () => number } = {},
): FlowCatalog {
  const live = createLiveFlows(store, registry);
  const time = (): string => new Date(now()).toISOString();

  const get = async (flow: string): Promise<StoredFlow | undefined> => {
    const stored = await store.getRecord(FLOW, flow);
    return stored === undefined ? undefined : { rev: stored.rev, record: stored.body as unknown as FlowRecord };
  };

  /** Reads, changes and writes the record under its revision; again when it has moved, unless `rev` was asked for. */
  const change = async (
    flow: string,
    make: (record: FlowRecord | undefined) => FlowRecord,
    rev?: number,
  ): Promise<StoredFlow> => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const found = await get(flow);
      if (rev !== undefined && (found?.rev ?? 0) !== rev) break;
      const record = make(found?.record);
      const next = (found?.rev ?? 0) + 1;
      if (await store.putRecord(FLOW, flow, next, record as unknown as Json)) return { rev: next, record };
    }
    throw new FlowError('CHANGED', `Flow ${flow} was changed meanwhile: read it again, then repeat.`);
  };

  const mustExist = (flow: string, record: FlowRecord | undefined): FlowRecord => {
    if (record === undefined) throw new FlowError('NOT_FOUND', `There is no flow ${flow}.`);
    return record;
  };

  /** The number after the highest; one that is taken belongs to a publication that broke off or runs now. */
  const insertVersion = async (flow: string, latest: number, definition: FlowDefinition): Promise<FlowVersion> => {
    for (let version = latest + 1; version < latest + 100; version++) {
      const body: FlowVersion = { v: 1, flow, version, publishedAt: time(), definition };
      if (await store.putRecord(VERSION, `${flow}@${version}`, 1, body as unknown as Json)) return body;
    }
    throw new FlowError('CHANGED', `Flow ${flow} is being published elsewhere: repeat later.`);
  };

  return {
    async saveDraft(definition, { rev } = {}) {
      const copy = plainCopy(definition);
      const wrong = checkShape(copy);
      if (wrong.length > 0) throw new FlowError('INVALID', 'This is no flow: see the faults.', wrong);
      const draft = copy as unknown as FlowDefinition;
      const checked = validateFlow(draft, registry);
      const stored = await change(
        draft.id,
        (record) => ({ v: 1, id: draft.id, live: null, latest: 0, ...record, draft, updatedAt: time() }),
        rev,
      );
      return { ...stored, faults: checked.ok ? [] : checked.faults };
    },

    async publish(flow, { rev } = {}) {
      const found = await get(flow);
      const record = mustExist(flow, found?.record);
      if (rev !== undefined && found?.rev !== rev)
        throw new FlowError('CHANGED', `Flow ${flow} was changed meanwhile: read it again, then repeat.`);
      const checked = validateFlow(record.draft, registry);
      if (!checked.ok) throw new FlowError('INVALID', `Flow ${flow} has faults and stays as it is.`, checked.faults);
      const version = await insertVersion(flow, record.latest, checked.definition);
      await change(
        flow,
        (current) => ({
          ...mustExist(flow, current),
          live: version.version,
          latest: Math.max(version.version, current?.latest ?? 0),
          updatedAt: time(),
        }),
        found?.rev,
      );
      return version;
    },

    async versions(flow) {
      const record = mustExist(flow, (await get(flow))?.record);
      const all = (await store.listRecords(VERSION)).map((stored) => stored.body as unknown as FlowVersion);
      return all.filter((v) => v.flow === flow && v.version <= record.latest).sort((a, b) => a.version - b.version);
    },

    async rollback(flow, version) {
      const known = await store.getRecord(VERSION, `${flow}@${version}`);
      return await change(flow, (current) => {
        const record = mustExist(flow, current);
        if (known === undefined || version > record.latest)
          throw new FlowError('NOT_FOUND', `Flow ${flow} has no version ${version}.`);
        return { ...record, live: version, updatedAt: time() };
      });
    },

    turnOff: async (flow) =>
      await change(flow, (current) => ({ ...mustExist(flow, current), live: null, updatedAt: time() })),
    get,
    list: async () =>
      (await store.listRecords(FLOW)).map(({ rev, body }) => ({ rev, record: body as unknown as FlowRecord })),
    refresh: live.refresh,
    getVersion: live.getVersion,
  };
}

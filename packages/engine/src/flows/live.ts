import type { PluginRegistry } from '../plugins/index.js';
import type { RecordStore } from '../storage/port.js';
import { compileFlow } from './compile.js';
import type { FlowRecord, FlowVersion } from './flow.js';
import { type FlowIndex, indexFlows } from './match.js';
import type { CompiledFlow, MissingFlow } from './types.js';

/** Kinds of the records of flows and of their versions. */
export const FLOW = 'flow';
export const VERSION = 'flow-version';

export interface LiveFlows {
  flows: CompiledFlow[];
  /** Live, but not to be run by this process. */
  missing: MissingFlow[];
  index: FlowIndex;
  /** False when nothing differs from the answer before. */
  changed: boolean;
}

/** Follows what is live. Versions never change, so each is read once and compiled once. */
export function createLiveFlows(store: RecordStore, registry: PluginRegistry) {
  const versions = new Map<string, FlowVersion>();
  const compiled = new Map<string, CompiledFlow>();
  let last: { signature: string; live: LiveFlows } | undefined;

  const getVersion = async (flow: string, version: number): Promise<CompiledFlow | MissingFlow | undefined> => {
    const key = `${flow}@${version}`;
    const ready = compiled.get(key);
    if (ready !== undefined) return ready;
    const source = versions.get(key) ?? (await readVersion(store, key));
    if (source === undefined) return undefined;
    versions.set(key, source);
    try {
      const made = compileFlow(source, registry);
      compiled.set(key, made);
      return made;
    } catch (error) {
      return { flow, version, source, reason: error instanceof Error ? error.message : String(error) };
    }
  };

  const refresh = async (): Promise<LiveFlows> => {
    const flows: CompiledFlow[] = [];
    const missing: MissingFlow[] = [];
    for (const { body } of await store.listRecords(FLOW)) {
      const record = body as unknown as FlowRecord;
      if (record.live === null) continue;
      const found = await getVersion(record.id, record.live);
      if (found === undefined) continue;
      if ('reason' in found) missing.push(found);
      else flows.push(found);
    }
    const signature = JSON.stringify([
      flows.map((flow) => flow.key),
      missing.map((m) => [m.flow, m.version, m.reason]),
    ]);
    if (last?.signature === signature) return { ...last.live, changed: false };
    const live: LiveFlows = { flows, missing, index: indexFlows(flows, missing), changed: true };
    last = { signature, live };
    return live;
  };

  return { refresh, getVersion };
}

async function readVersion(store: RecordStore, key: string): Promise<FlowVersion | undefined> {
  return (await store.getRecord(VERSION, key))?.body as unknown as FlowVersion | undefined;
}

import type { Event } from '@tributary/sdk';
import type { PluginRegistry } from '../plugins/index.js';
import type { RecordStore } from '../storage/port.js';
import type { FlowDefinition, FlowRecord, FlowVersion } from './flow.js';
import type { Continuation } from './run.js';
import type { CompiledFlow, FlowRunResult, MissingFlow, PassageInput, ResumeAnswer } from './types.js';

export interface FlowFault {
  path: string;
  code: string;
  message: string;
}
export type ValidateFlow = (
  definition: unknown,
  registry: PluginRegistry,
) => { ok: true; definition: FlowDefinition } | { ok: false; faults: FlowFault[] };
export type CompileFlow = (version: FlowVersion, registry: PluginRegistry) => CompiledFlow; // throws FlowError MISSING_PLUGIN
/** Live flows by event type, name and source. */
export interface FlowIndex {
  match(event: Event): { run: CompiledFlow[]; missing: MissingFlow[] };
}
/** null: the trigger's condition does not hold. Never throws for what a flow or plugin does. */
export type RunFlow = (flow: CompiledFlow, input: PassageInput) => FlowRunResult | null;
export type ResumeFlow = (
  flow: CompiledFlow,
  continuation: Continuation,
  answer: ResumeAnswer,
  input: Omit<PassageInput, 'event'>,
) => FlowRunResult;
export interface FlowCatalog {
  saveDraft(definition: unknown, options?: { rev?: number }): Promise<{ rev: number; record: FlowRecord }>;
  publish(flow: string): Promise<FlowVersion>;
  versions(flow: string): Promise<FlowVersion[]>;
  rollback(flow: string, version: number): Promise<FlowRecord>;
  turnOff(flow: string): Promise<FlowRecord>;
  get(flow: string): Promise<{ rev: number; record: FlowRecord } | undefined>;
  list(): Promise<{ rev: number; record: FlowRecord }[]>;
  /** Cheap: one listRecords; versions are read and compiled once. */
  refresh(): Promise<LiveFlows>;
  /** For resumes of any version; undefined when there is no such version, MissingFlow when a plugin is missing. */
  getVersion(flow: string, version: number): Promise<CompiledFlow | MissingFlow | undefined>;
}
export interface LiveFlows {
  flows: CompiledFlow[];
  missing: MissingFlow[];
  index: FlowIndex;
  changed: boolean;
}
export type CreateFlowCatalog = (store: RecordStore, registry: PluginRegistry) => FlowCatalog;

export { createFlowCatalog, type FlowCatalog, type StoredFlow } from './catalog.js';
export { compileFlow } from './compile.js';
export { FlowError, type FlowFault } from './faults.js';
export type { FlowDefinition, FlowRecord, FlowVersion } from './flow.js';
export type { LiveFlows } from './live.js';
export { type FlowIndex, indexFlows } from './match.js';
export { closeRun, resumeFlow, runFlow } from './passage/index.js';
export type { Continuation, OutboxDelivery, OutboxEmit, OutboxEntry, Run, Step } from './run.js';
export { FlowSchema } from './schema.js';
export type {
  CompiledFlow,
  CompiledNode,
  FlowRunResult,
  MissingFlow,
  PassageInput,
  ResumeAnswer,
  RunStatus,
} from './types.js';
export { type Validation, validateFlow } from './validate.js';

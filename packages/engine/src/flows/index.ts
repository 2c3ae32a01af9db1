export type { FlowDefinition, FlowRecord, FlowVersion } from './flow.js';
export type { Continuation, OutboxDelivery, OutboxEmit, OutboxEntry, Run, Step } from './run.js';
// Functions with these signatures follow, under the lower-case names: see signatures.ts.
export type * from './signatures.js';
export type {
  CompiledFlow,
  CompiledNode,
  FlowRunResult,
  MissingFlow,
  PassageInput,
  ResumeAnswer,
  RunStatus,
} from './types.js';

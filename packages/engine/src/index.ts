export { createEngine, type EngineOptions } from './engine.js';
export type { Rejected } from './events/batch.js';
export { LIMITS } from './events/limits.js';
export type { FlowDefinition, FlowRecord, FlowVersion } from './flows/flow.js';
export type { Run, Step } from './flows/run.js';
export * from './port.js';
export type { Profile } from './profiles/profile.js';
export { type Queue, QueueUnavailable } from './queue/port.js';
export * from './settings/index.js';
export {
  BadCursor,
  type DeadEvent,
  type DeliveryRow,
  type DeliveryStatus,
  type Page,
  type PageQuery,
  type Store,
  type StoredEvent,
  StoreUnavailable,
} from './storage/port.js';

export { changePartitions } from './deployment/repartition.js';
export { createEngine, type EngineOptions } from './engine.js';
export type { Rejected } from './events/batch.js';
export { LIMITS } from './events/limits.js';
export type { FlowDefinition, FlowRecord, FlowVersion } from './flows/flow.js';
export type { Run, Step } from './flows/run.js';
export type { IdentityRules } from './identity/rules.js';
export { readRules } from './identity/rules-file.js';
export { loadPlugins, PluginError, type PluginListing, PluginRegistry } from './plugins/index.js';
export * from './port.js';
export { total } from './profiles/counts.js';
export type { Profile } from './profiles/profile.js';
export { segmentsOf, traitsOf, viewOf } from './profiles/view.js';
export { DEFAULT_PARTITIONS } from './queue/numbers.js';
export { type Queue, QueueUnavailable } from './queue/port.js';
export { createPostgresQueue } from './queue/postgres.js';
export { createRedisQueue } from './queue/redis.js';
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
export {
  asStoreError,
  createPostgresStore,
  DataFolderHeld,
  OwnershipLost,
  openEmbedded,
  pgliteSql,
  poolSql,
} from './storage/postgres/index.js';
export { CRASH_POINTS, type CrashPoint } from './telemetry/crash-point.js';
export { type MetricEntry, metricsTable } from './telemetry/metrics/list.js';
export { createMetrics, type Metrics } from './telemetry/metrics/metrics.js';
export type { Observer } from './telemetry/observer.js';
export { safeError, safeLog } from './telemetry/safe-error.js';
export type { Note, SpanFacts, Tracing } from './telemetry/tracing.js';
export { SAFEGUARDS, type Safeguard } from './telemetry/weakened.js';

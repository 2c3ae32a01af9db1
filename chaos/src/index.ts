export type { StoreName } from './deployment/servers.js';
export { FAULT_NAMES, type FaultName } from './faults/faults.js';
export { crashPoints } from './faults/points.js';
export { BREAKS, broken } from './oracle/breaks.js';
export { judge } from './oracle/judge.js';
export type { Finding, Observed, Promised } from './oracle/observed.js';
export type { PromiseLine } from './report/promises.js';
export { type ChaosOptions, type Report, runChaos } from './run/chaos.js';

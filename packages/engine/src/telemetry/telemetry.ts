import { NO_OBSERVER, type Observer } from './observer.js';
import type { Tracing } from './tracing.js';

/** What an engine tells about its work, and to whom. */
export interface Telemetry {
  observer: Observer;
  tracing?: Tracing | undefined;
}

/** Nobody listens. */
export const NO_TELEMETRY: Telemetry = { observer: NO_OBSERVER };

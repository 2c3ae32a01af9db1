import type { Event, Json } from '@tributary/sdk';
import type { Continuation } from '../flows/run.js';

/** One job of a partition queue. */
export interface Batch {
  v: 1;
  /** UUIDv7, the job's id. */
  id: string;
  partition: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** The process that made it, and how many events from outside it had accepted for this partition, this batch included (G7). */
  producer: string;
  accepted: number;
  items: BatchItem[];
  /** W3C `traceparent`s of what made it, while traces are on. */
  trace?: string[];
}

export type BatchItem =
  /** Accepted from outside. */
  | { kind: 'event'; event: Event }
  /** Accepted from outside, but breaks a rule: goes to quarantine. */
  | { kind: 'rejected'; rejected: Rejected }
  /** Emitted by a flow; counted apart. */
  | { kind: 'emitted'; event: Event; profile: string }
  /** Taken out of quarantine or the dead letters by an operator; `of` says which row it was. */
  | { kind: 'replay'; event: Event; of: { list: 'quarantine' | 'dead-letters'; id: string } }
  /** A delivery or a wait is over: the run goes on. */
  | { kind: 'resume'; resume: Resume };

export interface Rejected {
  /** UUIDv7 given at acceptance. */
  id: string;
  source: string;
  messageId: string;
  receivedAt: string;
  /** A code such as `EVENT_TOO_LARGE`. */
  code: string;
  reason: string;
  /** JSON pointer into the event, or ''. */
  path: string;
  /** What came, shortened when too large. */
  raw: Json;
}

export interface Resume {
  /** Id of the delivery row, and the attempt that ended it: together they are the claim. */
  delivery: string;
  attempt: number;
  /** The profile that the run is about; merges are followed. */
  profile: string;
  run: Continuation;
  /** Port by which the node is left; absent when the run ends with an error. */
  port?: string;
  output: Json;
  error?: string;
}

/** Events from outside in a batch: what G7 counts. */
export function countAccepted(items: readonly BatchItem[]): number {
  let n = 0;
  for (const item of items) if (item.kind === 'event' || item.kind === 'rejected') n++;
  return n;
}

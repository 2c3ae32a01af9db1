import type { Json } from '@tributary/sdk';
import type { OutboxEntry, Run } from '../flows/run.js';
import type { Passages } from '../profiles/profile.js';
import type { Page, PageQuery } from './port.js';

/** Deliveries and waits: the rows are the truth. */
export interface DeliveryStore {
  /** Whether `settleDelivery` can close a run in the same step; else its result goes through the pipeline. */
  readonly closesRuns: boolean;
  /**
   * Leases up to `limit` rows of each of up to `destinations` destinations that are due, oldest
   * first, until `now + leaseMs`: rows `pending` whose `dueAt` and lease have passed. No two
   * callers get the same row. `except` are destinations that the caller has its hands full with.
   */
  leaseDeliveries(query: LeaseQuery): Promise<DeliveryRow[]>;
  /** Goes on holding those of these rows that are still held under `lease`, until `until` (milliseconds). */
  renewDeliveries(ids: string[], lease: string, until: number): Promise<void>;
  /** Compare-and-set on the lease token: the result of an attempt. False when the lease was lost. */
  settleDelivery(id: string, lease: string, change: DeliveryChange): Promise<boolean>;
  getDelivery(id: string): Promise<DeliveryRow | undefined>;
  listDeliveries(
    query: PageQuery & { status?: DeliveryStatus; destination?: string; flow?: string },
  ): Promise<Page<DeliveryRow>>;
  /** Back to `pending`, due now, attempts kept; only from `dead`, or from `delivered` with `force`. */
  replayDelivery(id: string, options: { now: string; force: boolean }): Promise<boolean>;
}

export interface LeaseQuery {
  now: number;
  leaseMs: number;
  lease: string;
  limit: number;
  destinations: number;
  except: string[];
}

/** `answered`: the outside answered, the result is not yet back in the pipeline. */
export type DeliveryStatus = 'pending' | 'answered' | 'delivered' | 'dead';

export interface DeliveryRow {
  v: 1;
  /** The idempotency key. */
  id: string;
  kind: 'delivery' | 'wait' | 'emit';
  profile: string;
  partition: number;
  destination: string;
  status: DeliveryStatus;
  /** Milliseconds since the epoch: the next attempt is not before. */
  dueAt: number;
  attempts: Attempt[];
  entry: OutboxEntry;
  /** What `deliver` answered, until the run has gone on. */
  result?: { port?: string; output: Json; error?: string };
  createdAt: string;
  updatedAt: string;
}

export interface Attempt {
  at: string;
  /** With it the delivery was given up; a replay counts its attempts anew from here. */
  final?: true;
  ms: number;
  status?: number;
  error?: string;
}

export interface DeliveryChange {
  status: DeliveryStatus;
  dueAt?: number;
  attempt?: Attempt;
  result?: { port?: string; output: Json; error?: string };
  /** What ends with it: written in the same step, once. Only for a store that `closesRuns`. */
  closes?: RunEnd;
  /** ISO 8601. */
  now: string;
}

/** The end of a run: its last state, and the passages of nodes that are counted. */
export interface RunEnd {
  run: Run;
  nodes: Passages;
}

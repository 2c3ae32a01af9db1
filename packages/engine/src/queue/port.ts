import type { Batch } from '../events/batch.js';
import type { SealedBatch } from '../events/sealed.js';

/**
 * The queue port: P partitions, each worked off strictly in order, one batch at a time over any
 * number of processes. Every implementation passes `contract.ts`.
 */
export interface Queue {
  readonly name: string;
  /** What new batches are shared between. */
  readonly partitions: number;
  /** Those of an earlier, larger number too: they are worked off like the others. */
  readonly allPartitions: number;
  /**
   * Resolves once the batch is in the durable store (G1); its id is the job's id, so a repeat of
   * an add does nothing. Fails fast with QueueUnavailable when the store cannot be reached.
   */
  add(partition: number, batch: SealedBatch): Promise<void>;
  /** Begins to work off all partitions in this process. */
  work(handler: BatchHandler): QueueWorker;
  /** What is waiting or in work now, batch by batch, without its contents. */
  waiting(): Promise<WaitingBatch[]>;
  /** Bytes in use and the room that there is, or undefined where the store has no such bound. */
  pressure(): Promise<{ usedBytes: number; maxBytes: number } | undefined>;
  /** Writes and reads back a heartbeat; fails when the queue does not take writes. */
  check(): Promise<void>;
  /**
   * Stores the number of partitions for the processes that are started from now on. The caller sees to it that nothing
   * waits and nobody adds, or the order of what is in two partitions is lost (G2).
   */
  setPartitions(partitions: number): Promise<void>;
  /** Fails with PARTITIONS_CHANGED when the number has changed since the queue was opened. */
  confirmPartitions(): Promise<void>;
  /** Sentences about settings of the server that weaken a promise (appendonly, maxmemory-policy). */
  warnings(): Promise<string[]>;
  close(): Promise<void>;
}

/** Does one batch. It never throws for a fault of the store: it waits, or gives the batch back. */
export type BatchHandler = (batch: Batch, lease: Lease) => Promise<void>;

/** The right to work on one batch. It can be lost, so it is no fence: versions are (G4). */
export interface Lease {
  /** How many times the batch has been begun, this time included. */
  readonly attempt: number;
  /**
   * How many times the batch was taken from a process that had not given it back: it died, or stood still. Undefined where
   * the queue does not count them.
   */
  readonly stalls?: number | undefined;
  /** Aborted when the lock could not be renewed, or the worker stops and patience is over. */
  readonly signal: AbortSignal;
  /**
   * Extends the lock; false when somebody else may own the batch. With `lately`, a lock that was ours a moment ago and
   * has not run out is not asked for: for a write that is refused when another has begun the batch.
   */
  verify(lately?: boolean): Promise<boolean>;
  /** The batches right behind this one in their order, at most so many. */
  following(batches: number): Promise<Batch[]>;
  /** Takes batches that `following` named out of the queue: they are done. */
  drop(batches: readonly Batch[]): Promise<void>;
}

/** Thrown by a handler: the batch goes back to the head of its partition, unfinished. */
export class GiveBack extends Error {
  override name = 'GiveBack';
}

/** The queue's store does not answer, or refuses writes. The API answers 503. */
export class QueueUnavailable extends Error {
  override name = 'QueueUnavailable';
}

export interface QueueWorker {
  /**
   * Takes no new batch; resolves when the running ones are done. After `patience` ms their
   * leases are aborted, so that handlers give them back.
   */
  stop(patience?: number): Promise<void>;
}

export interface WaitingBatch {
  id: string;
  partition: number;
  /** Events from outside in it. */
  events: number;
  /** Which api process made it, and that process's running count of events for this partition. */
  producer: string;
  accepted: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

import type { Queue as BullQueue, JobsOptions, Worker } from 'bullmq';
import type { Wish } from './lead.js';
import type { LockKind } from './lease.js';
import type { Numbers } from './numbers.js';
import type { Queue } from './port.js';
import type { Look } from './rounds.js';
import type { Question } from './share.js';

/** What Redis and PostgreSQL do each in their own way; everything else is in `partitions.ts`. */
export interface QueueStore extends Pick<Queue, 'waiting' | 'pressure' | 'check' | 'warnings' | 'close'> {
  readonly name: string;
  readonly lock: LockKind;
  /** Whether jobs whose answer was lost come back by `reclaim` alone, because nothing looks for stalled ones. */
  readonly reclaimWhenIdle: boolean;
  /** One for each partition that there has been, in their order. */
  readonly queues: readonly BullQueue[];
  setNumbers(numbers: Numbers): Promise<void>;
  /** The number of partitions that is stored now. */
  storedPartitions(): Promise<number>;
  /** Options of each job beside its id. */
  readonly jobOptions: JobsOptions;
  /** A job's data for a batch's JSON text. */
  jobData(text: string): unknown;
  makeWorker(partition: number): Worker;
  /** Ends the wait of an idle worker for its next job. */
  interrupt(worker: Worker): Promise<void>;
  /**
   * Looks at all partitions in one call, where that costs less than to wait in each. Takes the lead for this process if it
   * wants it and nobody has it, or keeps it for a moment; else gives it up, and if it was too much, nobody leads for a while.
   */
  look?(process: string, wish: Wish): Promise<Look>;
  /** The data of the jobs that are taken next, at most so many, in their order. */
  next(partition: number, jobs: number): Promise<unknown[]>;
  /**
   * Takes jobs that wait out of the queue: this process is not given one of them any more. One that stays there, since the
   * store could not be reached, is found to be done when its turn comes.
   */
  remove(partition: number, ids: readonly string[]): Promise<void>;
  /** Says, if somebody works on the partition, that one with work in so many would take it. It is forgotten after a moment. */
  ask(partition: number, question: Question): Promise<void>;
  /** Who asked for the partition last; undefined when nobody does. */
  asked(partition: number): Promise<Question | undefined>;
  /** Wakes one who waits for a job of the partition: BullMQ does it when a job comes, not when one is done. */
  wake(partition: number): Promise<void>;
  /** Puts jobs in work under this token back to the head. */
  reclaim(partition: number, token: string): Promise<void>;
  /** Before a worker starts: puts jobs in work under none of these tokens back to the head, where nobody else does. */
  recover(living: ReadonlySet<string>): Promise<void>;
}

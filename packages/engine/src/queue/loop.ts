import { Job, type Worker } from 'bullmq';
import { crashPoint } from '../telemetry/crash-point.js';
import { batchOf } from './codec.js';
import { type Behind, HeldLease, type LockKind } from './lease.js';
import { type BatchHandler, GiveBack } from './port.js';
import type { Rounds } from './rounds.js';
import type { OnError, QueueSettings } from './settings.js';
import { Share, type Sharing } from './share.js';
import { backoff, pause } from './wait.js';

/** What a loop needs to work off one partition. */
export interface LoopContext {
  partition: number;
  /** BullMQ's worker of the partition, used as in its pattern "manually fetching jobs". */
  bull: Worker;
  /** The name under which this loop holds its jobs; no other loop has it. */
  token: string;
  handler: BatchHandler;
  settings: QueueSettings;
  lock: LockKind;
  /** What waits behind the job in work. */
  behind: Behind;
  /** How the partition is shared with other processes. */
  sharing: Sharing;
  /** Looks for batches while they come one after the other, where the store can look at all partitions at once. */
  rounds: Rounds | undefined;
  /** Puts jobs that the store gave to this token without our knowing back to the head. */
  reclaim(token: string): Promise<void>;
  /** Whether `reclaim` is the only way for such a job to come back. */
  reclaimWhenIdle: boolean;
  onError: OnError;
  /** Aborted: no new batch is begun. */
  stopping: AbortSignal;
  /** Aborted: running batches are given back. */
  patience: AbortSignal;
}

/** Milliseconds between two looks for a job of a partition that another process holds. */
const AGAIN = 50;

/**
 * Works off one partition, one batch after the other. BullMQ's own processor would send a job that could not be
 * completed to the failed ones, behind which later ones pass; here nothing moves on before it is done or given back.
 */
export class PartitionLoop {
  /** Whether a handler runs or its batch is being finished. */
  busy = false;
  readonly done: Promise<void>;
  #failures = 0;
  /** An answer of the store was lost: it may hold a job for us that we do not know. */
  #unsure = false;
  #reclaimed = performance.now();
  #empty = 0;
  /** When a job was last asked for: its lock is no older. */
  #asked = 0;
  readonly #share: Share;
  #lease: HeldLease | undefined;

  constructor(private readonly c: LoopContext) {
    this.#share = new Share(c.sharing);
    // Once for all batches: listeners that come and go hold each other until the next full garbage collection.
    c.patience.addEventListener('abort', () => this.#lease?.stop());
    this.done = this.#run();
  }

  async #run(): Promise<void> {
    let job: Job | undefined;
    while (!this.c.stopping.aborted) {
      job ??= await this.#fetch();
      if (!job || this.c.stopping.aborted) continue;
      crashPoint('job:taken');
      job = await this.#work(job);
    }
    if (job) await this.#settle(job, () => this.#giveBack(job as Job));
  }

  async #fetch(): Promise<Job | undefined> {
    const { settings, stopping, partition } = this.c;
    try {
      const due = this.c.reclaimWhenIdle && performance.now() - this.#reclaimed > settings.stalledInterval;
      if (this.#unsure || due) await this.#reclaim();
      const job = await (this.c.rounds?.areOn ? this.#look(this.c.rounds) : this.#wait());
      this.#failures = 0;
      if (job) {
        this.#empty = 0;
        this.#share.begins();
      }
      return job;
    } catch (error) {
      this.#unsure = true;
      if (this.#failures++ === 0) this.c.onError(error, { partition });
      await pause(backoff(this.#failures, 1_000), stopping);
      return undefined;
    }
  }

  /** Waits for a batch, for as long as the store lets it. */
  async #wait(): Promise<Job | undefined> {
    const begun = performance.now();
    const job = await this.#next(true);
    if (job) return job;
    await this.#share.ask();
    // Batches that wait behind one which another process holds make the store answer "there is work" at once.
    if (this.#empty++ > 1 && performance.now() - begun < 20) await pause(AGAIN, this.c.stopping);
    return undefined;
  }

  /** Takes a batch if the next look at all partitions finds one here. */
  async #look(rounds: Rounds): Promise<Job | undefined> {
    const { isFree, isHeld } = await rounds.next(this.c.partition);
    if (isHeld) await this.#share.ask();
    return isFree ? await this.#next(false) : undefined;
  }

  async #next(block: boolean): Promise<Job | undefined> {
    this.#asked = performance.now();
    return (await this.c.bull.getNextJob(this.c.token, { block })) as Job | undefined;
  }

  async #reclaim(): Promise<void> {
    await this.c.reclaim(this.c.token);
    this.#unsure = false;
    this.#reclaimed = performance.now();
  }

  /** Runs the handler until it is through, then takes the next job in the same step as it finishes this one. */
  async #work(job: Job): Promise<Job | undefined> {
    const { token, settings, lock, patience } = this.c;
    this.busy = true;
    this.c.rounds?.taken();
    const held = { kind: lock, duration: settings.lockDuration, since: this.#asked };
    const lease = new HeldLease(job, token, held, this.c.behind, (ms) => this.#tellLong(job, ms));
    this.#lease = lease;
    if (patience.aborted) lease.stop();
    try {
      const finished = await this.#handle(job, lease);
      if (finished) return await this.#settle(job, () => this.#complete(job));
      if (!lease.lost) await this.#settle(job, () => this.#giveBack(job));
      // Whoever gives back at once what he has just been given would otherwise spin.
      await pause(100, this.c.stopping);
      return undefined;
    } finally {
      lease.release();
      this.#lease = undefined;
      this.busy = false;
    }
  }

  /** False when the batch is to be given back. */
  async #handle(job: Job, lease: HeldLease): Promise<boolean> {
    const { handler, settings, onError } = this.c;
    for (let failures = 0; ; failures++) {
      try {
        await handler(batchOf(job.data), lease);
        return true;
      } catch (error) {
        if (error instanceof GiveBack) return false;
        onError(error, this.#where(job));
        await pause(backoff(failures, settings.maxBackoff), lease.signal);
        if (lease.signal.aborted) return false;
        lease.attempt++;
      }
    }
  }

  async #complete(job: Job): Promise<Job | undefined> {
    crashPoint('job:before-complete');
    const isGiven = await this.#share.isDue();
    this.#asked = performance.now();
    const next = await job.moveToCompleted(null, this.c.token, !isGiven && !this.c.stopping.aborted);
    crashPoint('job:after-complete');
    if (isGiven) {
      this.busy = false;
      await this.#share.wake();
      await pause(2 * AGAIN, this.c.stopping);
    }
    const [data, id] = Array.isArray(next) ? next : [];
    return data ? Job.fromJSON(this.c.bull, data, id) : undefined;
  }

  async #giveBack(job: Job): Promise<undefined> {
    crashPoint('job:before-give-back');
    await job.moveToWait(this.c.token);
    return undefined;
  }

  /** Repeats a step until the store has taken it; gives up when the job is no longer ours, or when time is over. */
  async #settle(job: Job, step: () => Promise<Job | undefined>): Promise<Job | undefined> {
    const { onError, patience } = this.c;
    for (let failures = 0; ; failures++) {
      try {
        return await step();
      } catch (error) {
        if (failures === 0) onError(error, this.#where(job));
        // After a lost answer the step may have been done, and the next job may be ours already.
        this.#unsure = true;
        if (isVerdict(error) || (patience.aborted && failures > 2)) return undefined;
        await pause(backoff(failures, 1_000));
      }
    }
  }

  #tellLong(job: Job, ms: number): void {
    const text = `A batch has been in work for ${Math.round(ms / 1_000)} s, and its partition waits behind it.`;
    this.c.onError(new Error(text), this.#where(job));
  }

  #where(job: Job): { partition: number; batch?: string } {
    return { partition: this.c.partition, ...(job.id === undefined ? {} : { batch: job.id }) };
  }
}

/** BullMQ's codes for: the job is gone, its lock is gone, it is not in work, its lock is another's. */
function isVerdict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && [-1, -2, -3, -6].includes(error.code as number);
}

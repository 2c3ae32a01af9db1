import type { Job } from 'bullmq';
import type { Batch } from '../events/batch.js';
import type { Lease } from './port.js';

/** How a lock behaves on a backend. */
export type LockKind =
  /** Expires by itself, and another process then takes the batch (Redis). */
  | 'expires'
  /** Stays until somebody takes it away (PostgreSQL). */
  | 'stays'
  /** One process owns the store, so nobody can take it away (PGlite). */
  | 'owned';

/** What waits behind the job. */
export interface Behind {
  /** The next batches, at most so many. */
  next(batches: number): Promise<Batch[]>;
  remove(ids: readonly string[]): Promise<void>;
}

/** Milliseconds after which a batch in work is told of: its partition waits behind it. */
const LONG = 60_000;

/** Keeps a job's lock while a handler works on it, and says so when it is lost. */
export class HeldLease implements Lease {
  attempt: number;
  /** Whether somebody else may own the batch: then it is neither finished nor given back here. */
  lost = false;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #begun = performance.now();
  #isLong = false;
  #held: number;

  constructor(
    private readonly job: Job,
    private readonly token: string,
    /** It stands since then, or later: on the clock of `performance`. */
    private readonly lock: { kind: LockKind; duration: number; since: number },
    private readonly behind: Behind,
    /** Told once when the batch is in work for long, with milliseconds. */
    private readonly onLong: (ms: number) => void = () => undefined,
  ) {
    this.attempt = job.attemptsStarted;
    this.#held = lock.since;
    if (lock.kind !== 'owned') this.#timer = setInterval(() => void this.#renew(), lock.duration / 3);
  }

  get stalls(): number | undefined {
    return this.lock.kind === 'expires' ? this.job.stalledCounter : undefined;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async verify(lately = false): Promise<boolean> {
    if (this.lost) return false;
    const age = performance.now() - this.#held;
    if (lately && this.lock.kind === 'expires' && age < this.lock.duration / 3) return true;
    // Asking would wait for the one session of the store, which may be in the middle of the caller's own transaction.
    if (this.lock.kind === 'owned') return true;
    return await this.#renew();
  }

  following(batches: number): Promise<Batch[]> {
    return this.behind.next(batches);
  }

  drop(batches: readonly Batch[]): Promise<void> {
    return this.behind.remove(batches.map(({ id }) => id));
  }

  /** The worker stops, and patience is over. */
  stop(): void {
    this.#abort.abort(new Error('The worker stops: give the batch back.'));
  }

  /** Ends the renewals. */
  release(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<boolean> {
    const asked = performance.now();
    if (!this.#isLong && asked - this.#begun > LONG) {
      this.#isLong = true;
      this.onLong(asked - this.#begun);
    }
    try {
      if ((await this.job.extendLock(this.token, this.lock.duration)) > 0) {
        this.#held = asked;
        return true;
      }
      this.#lose('The lock of the batch was taken by another worker.');
    } catch {
      const expired = performance.now() - this.#held > this.lock.duration;
      if (expired && this.lock.kind === 'expires') this.#lose('The lock of the batch could not be renewed in time.');
    }
    return false;
  }

  #lose(reason: string): void {
    this.lost = true;
    this.#abort.abort(new Error(reason));
  }
}

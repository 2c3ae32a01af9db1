import { pause } from './wait.js';

/** What a look finds in a partition. */
export interface Found {
  /** A batch waits, and nobody works on one. */
  isFree: boolean;
  /** Somebody works on one. */
  isHeld: boolean;
}

/** Milliseconds from one look to the next, while this process has batches in work and while it has none. */
const EVERY = { busy: 8, idle: 4 };
/** For so many milliseconds after a batch the next one is looked for; then it is waited for. */
const LIVELY = 50;
/** A look at more partitions than this costs more than a call: then all times are so many times longer. */
const PARTITIONS = 128;

/**
 * While batches come one after the other, to wait in each partition for the next one costs more than to do it, and each
 * would come by itself. So a process looks at all of its partitions together: what has come is taken with a few calls,
 * and is done in one commit.
 */
export class Rounds {
  readonly #slower: number;
  #taken = Number.NEGATIVE_INFINITY;
  #looked = 0;
  #round: Promise<readonly Found[]> | undefined;

  constructor(
    /** Looks at all partitions. */
    private readonly look: () => Promise<readonly Found[]>,
    /** In how many partitions this process has work now. */
    private readonly busy: () => number,
    partitions: number,
  ) {
    this.#slower = Math.max(1, partitions / PARTITIONS);
  }

  /** Whether to look for batches: the last one was a moment ago. */
  get areOn(): boolean {
    return performance.now() - this.#taken < LIVELY * this.#slower;
  }

  /** A batch was taken: the next one is probably near. */
  taken(): void {
    this.#taken = performance.now();
  }

  /** What the next look finds in a partition. Rejects when the store does not answer. */
  async next(partition: number): Promise<Found> {
    this.#round ??= this.#next().finally(() => {
      this.#round = undefined;
    });
    const found = await this.#round;
    return found[partition] as Found;
  }

  async #next(): Promise<readonly Found[]> {
    const every = this.#slower * (this.busy() > 0 ? EVERY.busy : EVERY.idle);
    await pause(Math.max(1, this.#looked + every - performance.now()));
    this.#looked = performance.now();
    return this.look();
  }
}

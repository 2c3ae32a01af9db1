/** What a loop knows of the other processes that work on its partition. */
export interface Sharing {
  /** In how many partitions this process has work now. */
  busy(): number;
  /** How many partitions this process has left to others lately: they may not have counted them yet. */
  left(): number;
  /** One more is left to others. */
  leave(): void;
  /** The name of this process among those that ask. */
  readonly id: string;
  ask(question: Question): Promise<void>;
  asked(): Promise<Question | undefined>;
  wake(): Promise<void>;
}

/** Who asks for a partition, and in how many it has work already. */
export interface Question {
  by: string;
  busy: number;
}

/** Milliseconds for which a question is believed: after that, who asked has said how many partitions it has by now. */
export const ASKED = 1_500;
/** Milliseconds between two questions for a partition. */
const ASK_EVERY = 300;
/** Milliseconds, about, after which somebody who asks for a partition that never ran empty is heard. */
const TURN = 200;

/**
 * Whoever completes a batch takes the next one of its partition in the same step, so as long as batches wait a partition
 * stays with its process, and one that comes later would get nothing. It asks, and a process with work in more
 * partitions leaves some to it, until both have as many.
 */
export class Share {
  #turnEnds = 0;
  #asked = Number.NEGATIVE_INFINITY;

  constructor(private readonly sharing: Sharing) {}

  /** A row of batches begins. */
  begins(): void {
    // Not all partitions at the same moment, or all of them would go.
    this.#turnEnds = performance.now() + TURN * (0.5 + Math.random());
  }

  /** Asks for the partition, unless it did a moment ago. */
  async ask(): Promise<void> {
    const now = performance.now();
    if (now - this.#asked < ASK_EVERY) return;
    this.#asked = now;
    const { id: by, busy } = this.sharing;
    await this.sharing.ask({ by, busy: busy() }).catch(() => undefined);
  }

  /** The partition is free: who asked sleeps, and takes it now. */
  async wake(): Promise<void> {
    await this.sharing.wake().catch(() => undefined);
  }

  /** Whether the partition is to be left to somebody else after this batch. */
  async isDue(): Promise<boolean> {
    if (performance.now() < this.#turnEnds) return false;
    this.begins();
    const asked = await this.sharing.asked().catch(() => undefined);
    if (!asked || asked.by === this.sharing.id) return false;
    if (this.sharing.busy() <= asked.busy + this.sharing.left() + 1) return false;
    this.sharing.leave();
    return true;
  }
}

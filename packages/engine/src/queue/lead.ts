/** Who works on batches first. */
export type Leader = 'this process' | 'another' | 'nobody';

/** What a process says of the lead with each look. */
export interface Wish {
  /** Whether it takes the lead if it is free, or keeps it. */
  leads: boolean;
  /** If it has the lead and gives it up: milliseconds for which nobody takes it. */
  pause: number;
}

/** Milliseconds over which it is measured how busy this process is. */
const WINDOW = 500;
/**
 * So much of its time may be taken when a process takes the lead, and while it has it. One that works beside others takes
 * it too: what several do in pieces, one does in less time. Whether it can, it finds out.
 */
const MOST = { take: 0.6, keep: 0.95 };
/** Milliseconds for which a lead that was too much is left alone by all: the first time, and at most. */
const PAUSE = { first: 4_000, most: 60_000 };

/**
 * Several processes that each do a few events at a time cost more than one that does them together. So while one has
 * time for everything, it leads: the others take only what has waited for long (`Rounds`). This says whether to lead.
 */
export class Lead {
  #measured = { at: performance.now(), utilization: performance.eventLoopUtilization() };
  /** Share of its time for which this process was busy: all of it, until it is known. */
  #share = 1;
  #since: number | undefined;
  #pause = PAUSE.first / 2;

  constructor(
    /** Share of the time since the last call for which this process was busy. */
    private readonly busyShare: () => number = () => this.#sinceLast(),
  ) {}

  wish(): Wish {
    const now = performance.now();
    if (now - this.#measured.at >= WINDOW) {
      this.#share = this.busyShare();
      this.#measured.at = now;
    }
    const leads = this.#since === undefined ? this.#share < MOST.take : this.#share <= MOST.keep;
    if (this.#since !== undefined && !leads) {
      // It would be too much again in a moment.
      this.#pause = now - this.#since > PAUSE.most ? PAUSE.first : Math.min(2 * this.#pause, PAUSE.most);
      this.#since = undefined;
    }
    return { leads, pause: this.#pause };
  }

  told(leader: Leader): void {
    if (leader !== 'this process') this.#since = undefined;
    else this.#since ??= performance.now();
  }

  #sinceLast(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#measured.utilization);
    this.#measured.utilization = now;
    return utilization;
  }
}

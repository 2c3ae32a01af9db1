/** Who works on batches first. */
export type Leader = 'this process' | 'another' | 'nobody';

/** Milliseconds over which it is measured how busy this process is. */
const WINDOW = 500;
/** So much of its time may be taken when a process takes the lead, and while it has it. */
const MOST = { take: 0.3, keep: 0.75 };
/** Milliseconds for which the lead is left alone by whoever gave it up: the first time, and at most. */
const PAUSE = { first: 2_000, most: 60_000 };

/**
 * Several processes that each do a few events at a time cost more than one that does them together. So while one has
 * time for everything, it leads: the others take only what has waited for long (`Rounds`). This says whether to lead.
 */
export class Lead {
  #measured = { at: performance.now(), utilization: performance.eventLoopUtilization() };
  /** Share of its time for which this process was busy: all of it, until it is known. */
  #share = 1;
  #since: number | undefined;
  #pause = PAUSE.first;
  #notBefore = 0;

  constructor(
    /** Share of the time since the last call for which this process was busy. */
    private readonly busyShare: () => number = () => this.#sinceLast(),
  ) {}

  /** Whether this process takes the lead if it is free, or keeps it. */
  wanted(): boolean {
    const now = performance.now();
    if (now - this.#measured.at >= WINDOW) {
      this.#share = this.busyShare();
      this.#measured.at = now;
    }
    if (this.#since === undefined) return now >= this.#notBefore && this.#share < MOST.take;
    if (this.#share <= MOST.keep) return true;
    // It would be too much again in a moment.
    this.#pause = now - this.#since > PAUSE.most ? PAUSE.first : Math.min(2 * this.#pause, PAUSE.most);
    this.#notBefore = now + this.#pause;
    this.#since = undefined;
    return false;
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

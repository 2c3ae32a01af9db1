/** Who works on batches first. */
export type Leader = 'this process' | 'another' | 'nobody';

/** What a process says of the lead: it wants it; it does not, and if it has it, it was too much; it ends. */
export type Wish = 'lead' | 'rest' | 'leave';

/** Milliseconds over which it is measured how busy this process is. */
const WINDOW = 500;
/**
 * So much of its time may be taken when a process takes the lead, and while it has it. One that works beside others takes
 * it too: what several do in pieces, one does in less time. Whether it can, it finds out.
 */
const MOST = { take: 0.6, keep: 0.95 };

/**
 * Several processes that each do a few events at a time cost more than one that does them together. So while one has
 * time for everything, it leads: the others take only what has waited for long (`Rounds`). This says whether to lead.
 */
export class Lead {
  #measured = { at: performance.now(), utilization: performance.eventLoopUtilization() };
  /** Share of its time for which this process was busy: all of it, until it is known. */
  #share = 1;
  #leads = false;

  constructor(
    /** Share of the time since the last call for which this process was busy. */
    private readonly busyShare: () => number = () => this.#sinceLast(),
  ) {}

  /** Whether this process takes the lead if it is free, or keeps it (`lead`), or not (`rest`). */
  wish(): Exclude<Wish, 'leave'> {
    const now = performance.now();
    if (now - this.#measured.at >= WINDOW) {
      this.#share = this.busyShare();
      this.#measured.at = now;
    }
    const isWanted = this.#leads ? this.#share <= MOST.keep : this.#share < MOST.take;
    return isWanted ? 'lead' : 'rest';
  }

  told(leader: Leader): void {
    this.#leads = leader === 'this process';
  }

  #sinceLast(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#measured.utilization);
    this.#measured.utilization = now;
    return utilization;
  }
}

import type { Lead, Leader, Wish } from './lead.js';
import { pause } from './wait.js';

/** What a look finds in a partition. */
export interface Found {
  /** A batch waits, and nobody works on one. */
  isFree: boolean;
  /** Somebody works on one. */
  isHeld: boolean;
  /** So many wait that whoever works on them does not get on with it. */
  isBehind: boolean;
}

/** What a look finds in all partitions. */
export interface Look {
  leader: Leader;
  found: readonly Found[];
  /** Where another leads: the batch of each partition that has waited longest. */
  oldest?: readonly (string | undefined)[];
}

const NOTHING: Found = { isFree: false, isHeld: false, isBehind: false };

/**
 * Milliseconds from one look to the next, while this process has batches in work, while it has none, and while another
 * leads: what still waits then is not done by that one in time.
 */
const EVERY = { busy: 8, idle: 4, led: 100 };
/** Milliseconds after which there is a look even where nobody waits for one: how busy a leader is shows only then. */
const AT_LEAST = 500;
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
  #isLeaving = false;
  #round: Promise<readonly Found[]> | undefined;
  /** While another leads: what had waited longest at the last look. */
  #oldest: Look['oldest'];

  constructor(
    /** Looks at all partitions; takes the lead, keeps it or gives it up. */
    private readonly look: (wish: Wish) => Promise<Look>,
    private readonly lead: Pick<Lead, 'wish' | 'told'>,
    /** In how many partitions this process has work now. */
    private readonly busy: () => number,
    partitions: number,
  ) {
    this.#slower = Math.max(1, partitions / PARTITIONS);
  }

  /** Whether to look for batches: the last one was a moment ago, or another leads. */
  get areOn(): boolean {
    return this.#oldest !== undefined || performance.now() - this.#taken < LIVELY * this.#slower;
  }

  /** A batch was taken: the next one is probably near. */
  taken(): void {
    this.#taken = performance.now();
    if (this.#taken - this.#looked > AT_LEAST * this.#slower) this.next(0).catch(() => undefined);
  }

  /** This process ends: another may lead at once, and this one does not take the lead any more. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.look('leave');
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
    const every = this.#slower * EVERY[this.#oldest ? 'led' : this.busy() > 0 ? 'busy' : 'idle'];
    await pause(Math.max(1, this.#looked + every - performance.now()));
    this.#looked = performance.now();
    const { leader, found, oldest } = await this.look(this.#isLeaving ? 'leave' : this.lead.wish());
    this.lead.told(leader);
    const before = this.#oldest;
    this.#oldest = oldest;
    if (!oldest) return found;
    // What did not wait at the last look is the leader's, as long as it gets on with it.
    return found.map((each, at) => {
      const isLate = oldest[at] !== undefined && oldest[at] === before?.[at];
      return isLate || each.isBehind ? each : NOTHING;
    });
  }
}

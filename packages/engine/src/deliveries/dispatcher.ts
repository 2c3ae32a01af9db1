import { setMaxListeners } from 'node:events';
import type { Lanes } from '../collect/lanes.js';
import { newUuid } from '../events/ids.js';
import type { Reservation } from '../pipeline/context.js';
import type { Commit, DeliveryRow, DeliveryStore } from '../storage/port.js';
import { HeldRows } from './held.js';
import { Looks } from './looks.js';
import { Places, type PlacesOptions } from './places.js';
import { ReservedRows } from './reserved.js';
import { RowWork, type WorkOptions } from './row-work.js';

/** After a look that found nothing, so many times its duration pass before the next: most of the store's time is others'. */
const REST = 4;

/** Why the next look may be due, the weakest first: somebody says so, there is room again, nothing begins any more. */
const CAUSES = ['poke', 'room', 'stop'] as const;
type Cause = (typeof CAUSES)[number];

/** What a look at the store has found; it is `full` where a destination, or all, had no place and was not asked for. */
type Found = 'some' | 'nothing' | 'full';

/** Rows that are in work at a time in this process: most of them wait to be handed back. */
const MOST = 4_000;

export interface DispatcherOptions extends Omit<WorkOptions, 'stopping'>, PlacesOptions {
  /** Milliseconds between two looks at the rows when nobody says that there is something. */
  pollMs: number;
  /** Milliseconds for which a row is held without word from this process: so long it waits when we die. */
  leaseMs: number;
  onError(error: unknown): void;
}

/**
 * Delivery worker. The rows in the store are the truth: it leases what is due, fairly by
 * destination, calls the outside, and hands results to the pipeline. Any number of processes.
 */
export class Dispatcher {
  readonly #stop = new AbortController();
  readonly #places: Places;
  readonly #running = new Set<Promise<void>>();
  readonly #looks = new Looks();
  readonly #reserved: ReservedRows;
  readonly #work: RowWork;
  #isLooking = false;
  #wake: ((cause: Cause) => void) | undefined;
  #poked = false;
  #stopping = false;
  #loop: Promise<void> | undefined;

  constructor(
    private readonly store: DeliveryStore,
    lanes: Lanes,
    private readonly options: DispatcherOptions,
  ) {
    // Each call listens.
    setMaxListeners(0, this.#stop.signal);
    this.#places = new Places(options, () => this.poke('room'));
    this.#work = new RowWork(store, lanes, { ...options, stopping: this.#stop.signal });
    const { leaseMs, onError } = options;
    this.#reserved = new ReservedRows(store, this.#looks, { leaseMs, onError, onRows: () => this.#beginReserved() });
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be something to do. */
  poke(cause: Cause = 'poke'): void {
    this.#poked = true;
    this.#wake?.(cause);
  }

  /** Reserves rows of a commit that is about to be written: they are called without a way through the store. */
  reserve(outbox: Commit['outbox']): Reservation | undefined {
    return this.#reserved.reserve(outbox);
  }

  /** Takes nothing new; gives running attempts `patience` ms, then aborts them: they are tried again elsewhere. */
  async stop(patience: number): Promise<void> {
    const late = setTimeout(() => this.#stop.abort(), patience);
    this.#stopping = true;
    this.#wake?.('stop');
    await this.#loop;
    this.#reserved.close();
    await Promise.all(this.#running);
    clearTimeout(late);
  }

  /** Resolves when what was reserved and not begun is given back; after the last commit. */
  givenBack(): Promise<void> {
    return this.#reserved.givenBack();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#poked = false;
      const begun = performance.now();
      const found = await this.#round().catch((error): Found => {
        this.options.onError(error);
        return 'nothing';
      });
      if (found === 'some' || this.#stopping) continue;
      const { pollMs } = this.options;
      const rest = Math.min(REST * (performance.now() - begun), pollMs);
      this.#looks.rest = rest;
      // Where a destination was left out, its next place must not wait.
      await this.#sleep(rest, found === 'full' ? 'room' : 'stop');
      this.#looks.rest = 0;
      if (!this.#poked && !this.#stopping) await this.#sleep(pollMs - rest, 'poke');
    }
  }

  /** Until so many milliseconds are over, or this happens, or something that says more. */
  #sleep(ms: number, until: Cause): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = (cause) => {
        if (CAUSES.indexOf(cause) < CAUSES.indexOf(until)) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Leases and begins what is due. */
  async #round(): Promise<Found> {
    const { leaseMs, onError } = this.options;
    const room = this.#places.room();
    if (room === 0 || this.#running.size >= MOST) return 'full';
    const lease = newUuid();
    // Of very many destinations, fewer rows each.
    const limit = Math.min(this.#places.half, Math.max(1, Math.floor((MOST - this.#running.size) / room)));
    const except = this.#places.full();
    const asked = { lease, limit, destinations: room, except };
    let found: Found = except.length > 0 ? 'full' : 'nothing';
    // What is reserved stays off the places that are asked for, until what was found has them.
    this.#isLooking = true;
    try {
      const rows = await this.store.leaseDeliveries({ now: Date.now(), leaseMs, ...asked });
      this.#looks.note(rows, asked, this.#reserved.destinations());
      if (rows.length > 0) {
        found = 'some';
        const ids = rows.map(({ id }) => id);
        const held = new HeldRows(this.store, ids, { lease, leaseMs, onError });
        for (const row of rows) this.#begin(row, held);
      }
    } finally {
      this.#isLooking = false;
    }
    this.#beginReserved();
    return found;
  }

  /**
   * Begins what is reserved, of one destination or of all. Of one for which the store was not asked lately, half of the
   * places at most: so that the store is asked, for it has room then.
   */
  #beginReserved(only?: string): void {
    if (this.#stopping || this.#isLooking) return;
    for (const destination of only === undefined ? this.#reserved.destinations() : [only]) {
      const isRecent = this.#looks.isRecent(destination);
      while (this.#running.size < MOST && this.#places.isFree(destination, isRecent ? 'all' : 'half')) {
        const next = this.#reserved.take(destination);
        if (!next) break;
        this.#begin(next.row, next.rows);
      }
      const mayBeAsked = this.#places.busy(destination) <= this.#places.half;
      if (!isRecent && mayBeAsked && this.#reserved.has(destination)) this.poke();
    }
  }

  #begin(row: DeliveryRow, held: HeldRows): void {
    const free = this.#places.take(row.destination);
    const leave = () => {
      if (free()) this.#beginReserved(row.destination);
    };
    const work = this.#work
      .one(row, held.lease, leave)
      .catch(this.options.onError)
      .then(() => {
        leave();
        held.letGo(row.id);
        this.#running.delete(work);
        if (this.#running.size === MOST - 1) this.poke();
      });
    this.#running.add(work);
  }
}

import { setMaxListeners } from 'node:events';
import { v7 as uuidv7 } from 'uuid';
import type { Lanes } from '../collect/lanes.js';
import type { Commit, DeliveryRow, DeliveryStore } from '../storage/port.js';
import { FreshRows, type Hold } from './fresh.js';
import { HeldRows } from './held.js';
import { Places, type PlacesOptions } from './places.js';
import { RowWork, type WorkOptions } from './row-work.js';

/** Rows that are in work at a time in this process: most of them wait to be handed back. */
const MOST = 4_000;
/** Milliseconds for which rows that a commit of this process has just made may go before those that are due in the store. */
const FRESH_FIRST = 100;

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
  readonly #fresh: FreshRows;
  readonly #work: RowWork;
  #looked = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;
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
    this.#places = new Places(options, () => this.poke());
    this.#work = new RowWork(store, lanes, { ...options, stopping: this.#stop.signal });
    const { leaseMs, onError } = options;
    this.#fresh = new FreshRows(store, { leaseMs, onError, onRows: () => this.#beginFresh() });
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be something to do. */
  poke(): void {
    this.#poked = true;
    this.#wake?.();
  }

  /** Takes rows of a commit that is about to be written: they are begun as soon as it is, without a way through the store. */
  hold(outbox: Commit['outbox']): Hold | undefined {
    return this.#stopping ? undefined : this.#fresh.hold(outbox);
  }

  /** Takes nothing new; gives running attempts `patience` ms, then aborts them: they are tried again elsewhere. */
  async stop(patience: number): Promise<void> {
    const late = setTimeout(() => this.#stop.abort(), patience);
    this.#stopping = true;
    this.#wake?.();
    await this.#loop;
    await this.#fresh.close().catch(this.options.onError);
    await Promise.all(this.#running);
    clearTimeout(late);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#poked = false;
      const more = await this.#round().catch((error) => {
        this.options.onError(error);
        return false;
      });
      if (!more && !this.#poked && !this.#stopping) await this.#sleep();
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.pollMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Leases and begins what is due; true when there may be more. */
  async #round(): Promise<boolean> {
    const { leaseMs, onError } = this.options;
    const room = this.#places.room();
    if (room === 0 || this.#running.size >= MOST) return false;
    const lease = uuidv7();
    // Of very many destinations, fewer rows each.
    const limit = Math.min(this.#places.half, Math.max(1, Math.floor((MOST - this.#running.size) / room)));
    const except = this.#places.full();
    this.#looked = performance.now();
    const rows = await this.store.leaseDeliveries({
      now: Date.now(),
      leaseMs,
      lease,
      limit,
      destinations: room,
      except,
    });
    this.#fresh.looked(rows, { limit, destinations: room, except });
    if (rows.length > 0) {
      const ids = rows.map(({ id }) => id);
      const held = new HeldRows(this.store, ids, { lease, leaseMs, onError });
      for (const row of rows) this.#begin(row, held);
    }
    this.#beginFresh();
    return rows.length > 0;
  }

  /** Begins what waits here, as far as there are places; what is due in the store has its turn between. */
  #beginFresh(): void {
    if (this.#stopping) return;
    for (const destination of this.#fresh.destinations()) {
      while (this.#running.size < MOST && this.#places.isFree(destination)) {
        const next = this.#fresh.take(destination);
        if (!next) break;
        this.#begin(next.row, next.rows);
      }
    }
  }

  #begin(row: DeliveryRow, held: HeldRows): void {
    const free = this.#places.take(row.destination);
    const leave = () => {
      free();
      if (performance.now() - this.#looked < FRESH_FIRST) this.#beginFresh();
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

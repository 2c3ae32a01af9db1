import { v7 as uuidv7 } from 'uuid';
import { decode, encode } from '../storage/codec.js';
import type { Commit, DeliveryRow, DeliveryStore, LeaseQuery } from '../storage/port.js';
import { rowOf } from '../storage/rows.js';
import { HeldRows } from './held.js';

/** Rows that wait here, of one destination and of all, and the characters of all: the others wait in the store alone. */
const MOST_EACH = 2_000;
const MOST = 8_000;
const MOST_TEXT = 32 * 1024 * 1024;

export interface FreshOptions {
  /** Milliseconds of a lease. */
  leaseMs: number;
  onError(error: unknown): void;
  /** There are rows to begin with. */
  onRows(): void;
}

/** Rows of a commit that its writer will work on. */
export interface Hold {
  /** What is written with the rows. */
  readonly held: NonNullable<Commit['held']>;
  /** The commit is written: these of its rows are new, and ours. */
  begin(keys: readonly string[]): void;
  /** It is not, or nobody knows. Rows that were written all the same are due when their lease has passed. */
  drop(): void;
}

interface Fresh {
  id: string;
  doc: string;
  rows: HeldRows;
  /** On the clock of `performance`. */
  since: number;
}

/**
 * Rows that a commit of this process has made and that nobody else may take: they are written under a lease of ours, wait
 * here for their turn, and are never read back. The store has them all the same: when this process dies, their lease passes.
 */
export class FreshRows {
  readonly #waiting = new Map<string, Fresh[]>();
  /** Destinations of which the store had more due rows than were asked for: what is new waits behind them. */
  readonly #behind = new Set<string>();
  #count = 0;
  #text = 0;
  #isClosed = false;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: DeliveryStore,
    private readonly options: FreshOptions,
  ) {}

  /** Destinations of which rows wait here. */
  destinations(): string[] {
    return [...this.#waiting.keys()];
  }

  /** What a look into the store has found: a destination that has as much as was asked for may have more. */
  looked(rows: readonly DeliveryRow[], asked: Pick<LeaseQuery, 'limit' | 'destinations' | 'except'>): void {
    const found = new Map<string, number>();
    for (const { destination } of rows) found.set(destination, (found.get(destination) ?? 0) + 1);
    for (const destination of this.#behind) {
      const wasAsked = found.size < asked.destinations && !asked.except.includes(destination);
      if (wasAsked || found.has(destination)) this.#behind.delete(destination);
    }
    for (const [destination, n] of found) if (n >= asked.limit) this.#behind.add(destination);
  }

  /** Takes rows of a commit that is about to be written, as many as there is room for. */
  hold(outbox: Commit['outbox']): Hold | undefined {
    const now = Date.now();
    const docs = new Map<string, string>();
    const destinations = new Map<string, string>();
    const wanted = new Map<string, number>();
    let text = 0;
    for (const { profile, entry } of outbox) {
      const row = rowOf(profile, entry);
      const { id, destination } = row;
      const n = wanted.get(destination) ?? this.#waiting.get(destination)?.length ?? 0;
      if (row.kind === 'wait' || row.dueAt > now || this.#behind.has(destination) || n >= MOST_EACH) continue;
      if (this.#count + docs.size >= MOST || this.#text + text >= MOST_TEXT) break;
      const doc = encode(row);
      text += doc.length;
      docs.set(id, doc);
      destinations.set(id, destination);
      wanted.set(destination, n + 1);
    }
    if (docs.size === 0) return undefined;
    const { leaseMs } = this.options;
    const lease = uuidv7();
    const size = docs.size;
    this.#count += size;
    this.#text += text;
    const drop = () => {
      this.#count -= size;
      this.#text -= text;
    };
    const begin = (keys: readonly string[]) => {
      drop();
      if (keys.length === 0) return;
      const { onError } = this.options;
      const rows = new HeldRows(this.store, keys, { lease, leaseMs, onError });
      if (this.#isClosed) {
        void rows.giveBack([...keys]).catch(onError);
        return;
      }
      const since = performance.now();
      for (const id of keys)
        this.#push(destinations.get(id) as string, { id, doc: docs.get(id) as string, rows, since });
      // Of a destination that is slow or dead: others may have its rows, and nobody has to renew them.
      this.#sweeping ??= setInterval(() => void this.#giveBack(leaseMs / 4).catch(onError), leaseMs / 8).unref();
      this.options.onRows();
    };
    return { held: { lease, until: now + leaseMs, docs }, begin, drop };
  }

  /** The row that has waited longest for this destination, and those that it is held with. */
  take(destination: string): { row: DeliveryRow; rows: HeldRows } | undefined {
    const waiting = this.#waiting.get(destination);
    const first = waiting && this.#shift(destination, waiting);
    return first && { row: decode<DeliveryRow>(first.doc), rows: first.rows };
  }

  /** Gives back what was not begun, and what is written later: others need not wait for the end of its lease. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#giveBack(0);
  }

  /** What has waited for so many milliseconds. */
  async #giveBack(ms: number): Promise<void> {
    const before = performance.now() - ms;
    const ids = new Map<HeldRows, string[]>();
    for (const [destination, waiting] of this.#waiting) {
      while (waiting[0] && waiting[0].since <= before) {
        const { id, rows } = this.#shift(destination, waiting) as Fresh;
        const some = ids.get(rows) ?? [];
        some.push(id);
        ids.set(rows, some);
      }
    }
    if (this.#waiting.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    }
    await Promise.all([...ids].map(([rows, some]) => rows.giveBack(some)));
  }

  #shift(destination: string, waiting: Fresh[]): Fresh | undefined {
    const first = waiting.shift();
    if (waiting.length === 0) this.#waiting.delete(destination);
    if (!first) return undefined;
    this.#count--;
    this.#text -= first.doc.length;
    return first;
  }

  #push(destination: string, fresh: Fresh): void {
    const waiting = this.#waiting.get(destination) ?? [];
    waiting.push(fresh);
    this.#waiting.set(destination, waiting);
    this.#count++;
    this.#text += fresh.doc.length;
  }
}

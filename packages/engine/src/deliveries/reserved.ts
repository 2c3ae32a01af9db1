import { newUuid } from '../events/ids.js';
import type { Reservation } from '../pipeline/context.js';
import { decode, encode } from '../storage/codec.js';
import type { Commit, DeliveryRow, DeliveryStore } from '../storage/port.js';
import { rowOf } from '../storage/rows.js';
import { HeldRows } from './held.js';
import type { Looks } from './looks.js';

/** Rows that are reserved or wait here, of one destination and of all, and the characters of all: others wait in the store. */
const MOST_EACH = 2_000;
const MOST_RESERVED = 8_000;
const MOST_TEXT = 32 * 1024 * 1024;

export interface ReservedOptions {
  /** Milliseconds of a lease. */
  leaseMs: number;
  onError(error: unknown): void;
  /** There are rows to begin with. */
  onRows(): void;
}

interface Waiting {
  id: string;
  destination: string;
  doc: string;
  rows: HeldRows;
  /** On the clock of `performance`. */
  since: number;
}

/**
 * Rows that a commit of this process has made and that nobody else may take: they are written under a lease of ours, wait
 * here for their turn, and are never read back. The store has them all the same: when this process dies, their lease passes.
 */
export class ReservedRows {
  readonly #waiting = new Map<string, Waiting[]>();
  /** Rows of each destination that are reserved or wait. */
  readonly #each = new Map<string, number>();
  readonly #givingBack = new Set<Promise<void>>();
  #count = 0;
  #text = 0;
  #isClosed = false;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: DeliveryStore,
    private readonly looks: Looks,
    private readonly options: ReservedOptions,
  ) {}

  /** Destinations of which rows wait here. */
  destinations(): string[] {
    return [...this.#waiting.keys()];
  }

  has(destination: string): boolean {
    return this.#waiting.has(destination);
  }

  /** Reserves rows of a commit that is about to be written, as many as there is room for. */
  reserve(outbox: Commit['outbox']): Reservation | undefined {
    if (this.#isClosed) return undefined;
    const [now, begun] = [Date.now(), performance.now()];
    const reserved = new Map<string, { destination: string; doc: string }>();
    for (const { profile, entry } of outbox) {
      const row = rowOf(profile, entry);
      if (row.kind === 'wait' || row.dueAt > now || this.looks.isBehind(row.destination)) continue;
      if ((this.#each.get(row.destination) ?? 0) >= MOST_EACH) {
        this.looks.leftThere(row.destination);
        continue;
      }
      if (this.#count >= MOST_RESERVED || this.#text >= MOST_TEXT) break;
      const doc = encode(row);
      reserved.set(row.id, { destination: row.destination, doc });
      this.#add(row.destination, doc, 1);
    }
    if (reserved.size === 0) return undefined;
    const { leaseMs } = this.options;
    const lease = newUuid();
    const confirm = (keys: readonly string[]) => {
      const rows = this.#rowsOf(keys, lease);
      const isLate = this.#isClosed || performance.now() - begun > leaseMs / 3;
      for (const id of keys) {
        const { destination, doc } = reserved.get(id) as { destination: string; doc: string };
        reserved.delete(id);
        if (isLate) this.#add(destination, doc, -1);
        else this.#push({ id, destination, doc, rows: rows as HeldRows, since: performance.now() });
      }
      release();
      if (isLate && rows) this.#back(new Map([[rows, [...keys]]]));
      else if (rows) this.options.onRows();
    };
    const release = () => {
      for (const { destination, doc } of reserved.values()) this.#add(destination, doc, -1);
      reserved.clear();
    };
    const docs = new Map([...reserved].map(([id, { doc }]) => [id, doc]));
    return { leased: { lease, until: now + leaseMs, docs }, confirm, release };
  }

  /** The row that has waited longest for this destination, and those that it is held with. */
  take(destination: string): { row: DeliveryRow; rows: HeldRows } | undefined {
    const first = this.#shift(destination);
    return first && { row: decode<DeliveryRow>(first.doc), rows: first.rows };
  }

  /** Gives back what was not begun, and what is confirmed later: others need not wait for the end of its lease. */
  close(): void {
    this.#isClosed = true;
    this.#giveBack(0);
  }

  /** Resolves when everything that was given back is. */
  async givenBack(): Promise<void> {
    await Promise.all(this.#givingBack);
  }

  #rowsOf(keys: readonly string[], lease: string): HeldRows | undefined {
    const { leaseMs, onError } = this.options;
    return keys.length === 0 ? undefined : new HeldRows(this.store, keys, { lease, leaseMs, onError });
  }

  /** What has waited for so many milliseconds: its destination is slow or dead, and nobody shall have to renew it. */
  #giveBack(ms: number): void {
    const before = performance.now() - ms;
    const old = new Map<HeldRows, string[]>();
    for (const [destination, waiting] of this.#waiting) {
      while (waiting[0] && waiting[0].since <= before) {
        const { id, rows } = this.#shift(destination) as Waiting;
        old.set(rows, old.get(rows) ?? []);
        old.get(rows)?.push(id);
        this.looks.leftThere(destination);
      }
    }
    if (this.#waiting.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    }
    this.#back(old);
  }

  #back(some: ReadonlyMap<HeldRows, string[]>): void {
    for (const [rows, ids] of some) {
      const done = rows
        .giveBack(ids)
        .catch(this.options.onError)
        .finally(() => this.#givingBack.delete(done));
      this.#givingBack.add(done);
    }
  }

  #shift(destination: string): Waiting | undefined {
    const waiting = this.#waiting.get(destination);
    const first = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(destination);
    if (first) this.#add(destination, first.doc, -1);
    return first;
  }

  #push(one: Waiting): void {
    const waiting = this.#waiting.get(one.destination) ?? [];
    waiting.push(one);
    this.#waiting.set(one.destination, waiting);
    const { leaseMs } = this.options;
    this.#sweeping ??= setInterval(() => this.#giveBack(leaseMs / 4), leaseMs / 8).unref();
  }

  #add(destination: string, doc: string, n: 1 | -1): void {
    this.#count += n;
    this.#text += n * doc.length;
    const each = (this.#each.get(destination) ?? 0) + n;
    if (each === 0) this.#each.delete(destination);
    else this.#each.set(destination, each);
  }
}

import type { DeliveryRow, LeaseQuery } from '../storage/port.js';

/** Milliseconds for which rows that wait in this process may go first, once the store was asked for a destination. */
const LATELY = 100;

/**
 * When the store was last asked for the rows of a destination, and whether it had more of them. Rows that are new in this
 * process must not overtake for long what lies in the store: retries, and what others left.
 */
export class Looks {
  readonly #at = new Map<string, number>();
  readonly #behind = new Set<string>();
  /** Milliseconds for which the store is not asked now, since it is slow. */
  rest = 0;

  /** The store has rows of this destination that are older: what is new goes behind them. */
  isBehind(destination: string): boolean {
    return this.#behind.has(destination);
  }

  /** Rows of this destination were left to the store. */
  leftThere(destination: string): void {
    this.#behind.add(destination);
  }

  /** Whether the store was asked for this destination a moment ago. */
  isRecent(destination: string): boolean {
    return performance.now() - (this.#at.get(destination) ?? Number.NEGATIVE_INFINITY) < LATELY + this.rest;
  }

  /** What a look at the store has found. A destination that has as much as was asked for may have more. */
  note(
    rows: readonly DeliveryRow[],
    { limit, destinations, except }: Pick<LeaseQuery, 'limit' | 'destinations' | 'except'>,
    waiting: readonly string[],
  ): void {
    const found = new Map<string, number>();
    for (const { destination } of rows) found.set(destination, (found.get(destination) ?? 0) + 1);
    // Of more due destinations than were asked for, those that were not found may have rows all the same.
    const wasAsked = (destination: string) =>
      found.has(destination) || (found.size < destinations && !except.includes(destination));
    const now = performance.now();
    for (const [destination, at] of this.#at) if (now - at >= LATELY + this.rest) this.#at.delete(destination);
    for (const destination of waiting) if (wasAsked(destination)) this.#at.set(destination, now);
    for (const destination of this.#behind) if (wasAsked(destination)) this.#behind.delete(destination);
    for (const [destination, n] of found) if (n >= limit) this.#behind.add(destination);
  }
}

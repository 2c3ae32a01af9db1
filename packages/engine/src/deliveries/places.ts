export interface PlacesOptions {
  /** Calls of one destination that are under way at a time. */
  perDestination: number;
  /** Destinations with calls under way at a time: a dead one takes one place of these, not all. */
  destinations: number;
}

/**
 * Who may call the outside. A destination gets the next half of its places as soon as half of them are free: a slow call
 * holds up its own place alone, and rows are read by the dozen.
 */
export class Places {
  readonly #busy = new Map<string, number>();

  /** `onRoom` is told when somebody who had no place may get one. */
  constructor(
    private readonly options: PlacesOptions,
    private readonly onRoom: () => void,
  ) {}

  /** Places that a destination is given at a time. */
  get half(): number {
    return Math.max(1, this.options.perDestination >> 1);
  }

  /** Destinations that get none now. */
  full(): string[] {
    return [...this.#busy].filter(([, n]) => n > this.half).map(([destination]) => destination);
  }

  /** Calls of a destination that are under way. */
  busy(destination: string): number {
    return this.#busy.get(destination) ?? 0;
  }

  /** Whether a destination may be given one more: of all its places, or of half of them. */
  isFree(destination: string, which: 'all' | 'half'): boolean {
    const n = this.busy(destination);
    if (n === 0) return this.#busy.size < this.options.destinations;
    return n < (which === 'all' ? this.options.perDestination : this.half);
  }

  /** How many destinations may be given places now. */
  room(): number {
    return this.#busy.size >= this.options.destinations ? 0 : this.options.destinations - this.full().length;
  }

  /** Takes a place; what it answers gives it back, once, and says whether it did. */
  take(destination: string): () => boolean {
    this.#busy.set(destination, (this.#busy.get(destination) ?? 0) + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return false;
      isTaken = false;
      const left = (this.#busy.get(destination) as number) - 1;
      if (left === 0) this.#busy.delete(destination);
      else this.#busy.set(destination, left);
      if (left === this.half || this.#busy.size === this.options.destinations - 1) this.onRoom();
      return true;
    };
  }
}

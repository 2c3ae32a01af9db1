/** Milliseconds from one look at the clock to the next. */
const EVERY = 500;

/**
 * Ends what is not answered in time, so that it fails. With one clock for all: where a driver has one for each call (`pg`,
 * `query_timeout`), what that held, its rows too, stays in memory until the next full garbage collection.
 */
export class Overdue<T extends object> {
  /** When each is ended, on the clock of `performance`. */
  readonly #ends = new Map<T, number>();
  #clock: NodeJS.Timeout | undefined;

  constructor(private readonly end: (one: T) => void) {}

  /** Waits for the answer to one, which is ended after so many milliseconds, or a moment later. */
  async during<A>(one: T, ms: number, answer: Promise<A>): Promise<A> {
    this.#ends.set(one, performance.now() + ms);
    this.#clock ??= setInterval(() => this.#look(), EVERY).unref();
    try {
      return await answer;
    } finally {
      this.#ends.delete(one);
    }
  }

  /** There is a reason to think that nobody will answer: those who wait now are ended after so many milliseconds at the latest. */
  hurry(ms: number): void {
    const soon = performance.now() + ms;
    for (const [one, at] of this.#ends) if (at > soon) this.#ends.set(one, soon);
  }

  #look(): void {
    if (this.#ends.size === 0) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
    const now = performance.now();
    for (const [one, at] of this.#ends) if (now > at) this.end(one);
  }
}

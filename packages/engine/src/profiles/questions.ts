interface Waiting<K, V> {
  key: K;
  done(value: V): void;
  failed(error: unknown): void;
}

/** Questions to the store that are on their way side by side. */
const AT_ONCE = 2;
/** Keys in one of them. */
const MOST = 100;

/**
 * Reads that come while others are on their way wait for each other and go together: what a database does for a read is
 * little beside what it costs to ask. Who comes when nothing is on its way is asked for at once, and nobody is given an
 * answer to a question that was asked before he came.
 */
export class Questions<K, V> {
  #waiting: Waiting<K, V>[] = [];
  #asking = 0;

  constructor(private readonly ask: (keys: readonly K[]) => Promise<(key: K) => V>) {}

  /** The answer for one key; rejects when the question failed. */
  get(key: K): Promise<V> {
    return new Promise((done, failed) => {
      this.#waiting.push({ key, done, failed });
      if (this.#asking < AT_ONCE) void this.#next();
    });
  }

  async #next(): Promise<void> {
    this.#asking++;
    // Those that came in the same read of the sockets.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, MOST);
      try {
        const answer = await this.ask([...new Set(taken.map(({ key }) => key))]);
        for (const { key, done } of taken) done(answer(key));
      } catch (error) {
        for (const { failed } of taken) failed(error);
      }
    }
    this.#asking--;
  }
}

import { StoreUnavailable } from '../storage/port.js';

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
    while (this.#waiting.length > 0) await this.#askFor(this.#waiting.splice(0, MOST));
    this.#asking--;
  }

  async #askFor(taken: readonly Waiting<K, V>[]): Promise<void> {
    try {
      const answer = await this.ask([...new Set(taken.map(({ key }) => key))]);
      for (const { key, done } of taken) done(answer(key));
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        // It says so late: whoever waits would hear the same, later still.
        for (const { failed } of [...taken, ...this.#waiting.splice(0)]) failed(error);
      } else if (taken.length === 1) taken[0]?.failed(error);
      // One that cannot be read is not the others' fault.
      else for (const each of taken) await this.#askFor([each]);
    }
  }
}

import { Joined } from '../storage/joined.js';

/** Reads for many who ask: those that come together are one question, in which nothing is asked twice. */
export class Questions<K, V> {
  readonly #joined: Joined<K, V>;

  constructor(ask: (keys: readonly K[]) => Promise<(key: K) => V>) {
    this.#joined = new Joined<K, V>(async (keys) => {
      const answer = await ask([...new Set(keys)]);
      return keys.map(answer);
    });
  }

  /** The answer for one key; rejects when the question failed. */
  get(key: K): Promise<V> {
    return this.#joined.do(key);
  }
}

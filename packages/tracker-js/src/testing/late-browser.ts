import type { Browser } from './fake-page.js';

/** What another tab sees that was a moment slower: it has read before the others wrote, and writes after them. */
class Late extends Map<string, string> {
  #isLate = true;
  readonly #real: Map<string, string>;

  constructor(real: Map<string, string>) {
    super();
    this.#real = real;
    for (const [key, value] of real) super.set(key, value);
  }
  #seen(): Map<string, string> {
    return this.#isLate ? new Map(super.entries()) : this.#real;
  }
  override get(key: string) {
    return this.#seen().get(key);
  }
  override keys() {
    return this.#seen().keys();
  }
  override entries() {
    return this.#seen().entries();
  }
  override [Symbol.iterator]() {
    return this.entries();
  }
  override delete(key: string) {
    super.delete(key);
    return this.#real.delete(key);
  }
  override set(key: string, value: string) {
    super.set(key, value);
    this.#real.set(key, value);
    if (key === 'tributary_aid') this.#isLate = false;
    return this;
  }
}

/** The same browser for a tab that finds it as it is now, until it has stored an id of its own. */
export const lateBrowser = ({ cookies, stored }: Browser): Browser => ({
  cookies: new Late(cookies),
  stored: new Late(stored),
});

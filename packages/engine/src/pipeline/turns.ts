/**
 * Who works at a time in this process: any number of batches side by side, or one suspected event by itself. When the
 * process dies, nothing is blamed but the event that was by itself.
 */
export class Turns {
  #together = 0;
  #isAlone = false;
  /** Those who wait, in their order: an event that is to be by itself lets nobody pass. */
  readonly #waiting: { alone: boolean; begin: () => void }[] = [];

  /** Works beside others. */
  together<T>(work: () => Promise<T>): Promise<T> {
    return this.#take(false, work);
  }

  /** Works while nobody else does. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#take(true, work);
  }

  async #take<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#fits(alone)) {
      await new Promise<void>((begin) => this.#waiting.push({ alone, begin }));
    } else this.#enter(alone);
    try {
      return await work();
    } finally {
      if (alone) this.#isAlone = false;
      else this.#together--;
      this.#next();
    }
  }

  #fits(alone: boolean): boolean {
    return !this.#isAlone && (!alone || this.#together === 0);
  }

  #enter(alone: boolean): void {
    if (alone) this.#isAlone = true;
    else this.#together++;
  }

  #next(): void {
    for (let first = this.#waiting[0]; first && this.#fits(first.alone); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(first.alone);
      first.begin();
    }
  }
}

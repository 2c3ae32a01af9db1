const [LEAST, MOST] = [8, 100];
/** How much of what is known a new time changes. */
const WEIGHT = 0.1;

/** How long it usually takes until an event can be read: whoever asks earlier asks in vain, which is most of the load. */
export class Usual {
  #ms = LEAST;

  /** Milliseconds to wait before the first question. */
  wait(): number {
    return this.#ms;
  }

  /** It was found so many milliseconds after it was sent, or up to `pause` earlier. */
  took(ms: number, pause: number): void {
    const wanted = Math.min(MOST, Math.max(LEAST, ms - pause / 4));
    this.#ms += (wanted - this.#ms) * WEIGHT;
  }
}

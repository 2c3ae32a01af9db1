import type { Random } from './random.js';

const BASE = Date.parse('2025-03-04T20:00:00Z');
const VISITS = 3;
/** Windows of less than 90 minutes hold at most 3 sessions each, whatever is in them: a device stays below the 10 that are kept. */
const WINDOW_SECONDS = 89 * 60;
const BETWEEN = 36 * 3_600_000;

/**
 * The times of a household's events: three visits, mostly in order, some late. The milliseconds name the partition
 * key, so that events of two keys never have equal times: which of them is applied later is open, and so would be
 * the value of a trait. Equal times under one key are wanted: the later accepted event wins there.
 */
export class Clock {
  readonly #keys = new Map<string, number>();
  readonly #consents = new Set<string>();

  constructor(private readonly random: Random) {}

  /** `progress` is from 0 to 1. */
  at(key: string, progress: number): string {
    const visit = Math.min(VISITS - 1, Math.floor(progress * VISITS));
    const within = progress * VISITS - visit;
    if (!this.random.chance(0.12)) return this.#stamp(key, visit, within);
    if (this.random.chance(0.5)) return this.#stamp(key, visit, this.random.next() * within);
    return this.#stamp(key, this.random.below(visit + 1), this.random.next() * within);
  }

  /** A time that no other consent of the household has: of equal ones the refusal may hold, or the later one. */
  forConsent(key: string, progress: number): string {
    for (;;) {
      const at = this.at(key, this.random.chance(0.5) ? progress : this.random.next() * progress);
      if (this.#consents.has(at)) continue;
      this.#consents.add(at);
      return at;
    }
  }

  #stamp(key: string, visit: number, within: number): string {
    const known = this.#keys.get(key) ?? this.#keys.size;
    this.#keys.set(key, known);
    const seconds = Math.floor(Math.min(1, within) * WINDOW_SECONDS);
    return new Date(BASE + visit * BETWEEN + seconds * 1_000 + known).toISOString();
  }
}

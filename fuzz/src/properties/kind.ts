import type fc from 'fast-check';
import type { World } from '../run/world.js';

/** A kind of case: what is made, and what has to hold for it. */
export interface Kind<T = unknown> {
  name: string;
  /** How many of a hundred cases. */
  share: number;
  /** How many cases are checked in a row. */
  chunk: number;
  cases: fc.Arbitrary<T>;
  check(world: World, one: T): Promise<void>;
}

/** Keeps the type of a kind's cases between its two halves. */
export function kind<T>(definition: Kind<T>): Kind {
  return definition as unknown as Kind;
}

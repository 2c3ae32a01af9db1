import { ExpressionError } from './error.js';

const BUDGET = 100_000;
const MAX_DEPTH = 100;
/** So many characters cost as much as one step. */
const CHARACTERS = 16;

/**
 * Counts the work of one evaluation. Loops in loops over a long list, or a text that doubles
 * itself, end with an error after a few milliseconds instead of holding the batch.
 */
export class Meter {
  #left = BUDGET;

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0)
      throw new ExpressionError(
        'CONDITION_TOO_COSTLY',
        `The condition takes more than ${BUDGET} steps on this data. Use fewer loops within loops, or shorter lists.`,
      );
  }

  /** Pays for what an operator may do with these values: turning a list into text walks all of it. */
  weigh(value: unknown, depth = 0): void {
    if (typeof value === 'string') this.spend(value.length / CHARACTERS);
    if (!Array.isArray(value)) return;
    if (depth > MAX_DEPTH)
      throw new ExpressionError('CONDITION_DATA_DEPTH', `A list in the data is nested deeper than ${MAX_DEPTH}.`);
    this.spend(value.length);
    for (const item of value) this.weigh(item, depth + 1);
  }
}

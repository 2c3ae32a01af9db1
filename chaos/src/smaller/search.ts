import { keyOf, type Size, smaller } from './sizes.js';

export interface Search<Found> {
  start: Size;
  /** Runs it once; gives what it found where that breaks the promise, and undefined where the promise held. */
  run(size: Size, now: Now): Promise<Found | undefined>;
  /** How many runs may be made in all. */
  runs: number;
  /** Processes run as fast as they run: so often a run must hold before it is taken to hold. */
  tries: number;
}

export interface Now {
  /** Which run of the search it is, from 1. */
  run: number;
  /** Which one of this size. */
  attempt: number;
}

export interface Searched<Found> {
  /** The smallest that broke the promise; absent where every smaller one held. */
  smallest?: { size: Size; found: Found; broke: number; tried: number };
  /** How many runs were made. */
  runs: number;
  /** Whether nothing smaller was left to try: else the runs were spent. */
  finished: boolean;
}

/**
 * Looks for a smaller run that breaks the same promise, by the order of `smaller`. What breaks once is gone on from; in
 * the end the smallest is tried as often as one that held, to see how often it breaks.
 */
export async function search<Found extends object>({
  start,
  run,
  runs,
  tries,
}: Search<Found>): Promise<Searched<Found>> {
  const held = new Set<string>();
  const sizes = smaller(start);
  // The tries at the end are among the runs.
  const most = Math.min(runs, Math.max(1, runs - (tries - 1)));
  let made = 0;
  let smallest: Searched<Found>['smallest'];
  let step = sizes.next();
  while (!step.done) {
    const size = step.value;
    let found: Found | undefined;
    if (!held.has(keyOf(size))) {
      let tried = 0;
      while (!found && tried < tries && made < most) found = await run(size, { run: ++made, attempt: ++tried });
      if (found) smallest = { size, found, broke: 1, tried };
      else if (tried < tries) break;
      else held.add(keyOf(size));
    }
    step = sizes.next(found !== undefined);
  }
  while (smallest && smallest.tried < tries && made < runs) {
    const again = await run(smallest.size, { run: ++made, attempt: ++smallest.tried });
    if (again) smallest.broke++;
  }
  return { ...(smallest && { smallest }), runs: made, finished: step.done === true };
}

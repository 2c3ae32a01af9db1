import type { ChaosOptions } from '../run/chaos.js';
import { CALLS_EACH } from '../workload/workload.js';
import { leaveOut } from './leave-out.js';

/** How much of everything a run has. */
export type Size = Required<Pick<ChaosOptions, 'events' | 'people' | 'rounds' | 'faults' | 'crashPoints'>>;

type Tries = Generator<Size, Size, boolean>;

/**
 * Smaller runs to try, one after the other: without faults and crash points that are not needed, then of half the
 * rounds, events and people, and all of it again until nothing more can go. Every answer says whether that run still
 * broke the promise. Returns the smallest that did.
 */
export function* smaller(start: Size): Tries {
  let size = start;
  for (let before: Size | undefined; before === undefined || keyOf(before) !== keyOf(size); ) {
    before = size;
    size = yield* without(size, 'faults');
    size = yield* without(size, 'crashPoints');
    // A round has one fault: with fewer rounds some would not be done.
    size = yield* halves(size, 'rounds', (now) => 1 + now.faults.length);
    // Below that fewer events are not fewer calls.
    size = yield* halves(size, 'events', (now) => CALLS_EACH * now.people);
    size = yield* halves(size, 'people', () => 1);
  }
  return size;
}

/** The same for sizes of the same run. */
export function keyOf({ events, people, rounds, faults, crashPoints }: Size): string {
  return JSON.stringify([events, people, rounds, faults, crashPoints]);
}

function* without(size: Size, what: 'faults' | 'crashPoints'): Tries {
  const lists = leaveOut<string>(size[what]);
  let step = lists.next();
  while (!step.done) step = lists.next(yield { ...size, [what]: step.value });
  return { ...size, [what]: step.value };
}

function* halves(size: Size, what: 'rounds' | 'events' | 'people', least: (size: Size) => number): Tries {
  let kept = size;
  for (let half = kept[what] >> 1; half >= least(kept); half >>= 1) {
    const less = { ...kept, [what]: half };
    if (!(yield less)) break;
    kept = less;
  }
  return kept;
}

import { Random } from '../workload/random.js';

/** A part of the workload is sent, and some time into it workers die. */
export interface Round {
  /** Milliseconds after the beginning of the round. */
  delay: number;
  victims: number[];
  /** A worker that is stopped for a while instead of killed. */
  stalled?: number;
}

export const ROUNDS = 12;

/** When which workers die: reproduced by the seed, as far as it lies in the hand of a test. */
export function makeSchedule(seed: number, workers: number): Round[] {
  const random = new Random(seed ^ 0x5bd1e995);
  return Array.from({ length: ROUNDS }, (_, n) => {
    const order = Array.from({ length: workers }, (_, i) => ({ i, at: random.next() })).sort((a, b) => a.at - b.at);
    const places = order.map(({ i }) => i);
    const victims = places.slice(0, random.pick([1, 1, 1, 1, 2, 2, workers]));
    const spared = places.at(-1) as number;
    const stalls = n % 5 === 2 && !victims.includes(spared);
    return { delay: random.below(700), victims, ...(stalls && { stalled: spared }) };
  });
}

import type { Random } from '../workload/random.js';
import { diskFaults } from './disk.js';
import { outsideFaults } from './outside.js';
import { processFaults } from './processes.js';
import { serverFaults } from './servers.js';
import type { Fault, World } from './world.js';

/** It is in the events, from the beginning. */
const poisonFault = {
  poison: { title: 'events that kill whoever takes them', fits: () => true, play: async () => undefined },
} satisfies { [name: string]: Fault };

/** Every fault by its name. */
export const FAULTS = { ...processFaults, ...serverFaults, ...outsideFaults, ...diskFaults, ...poisonFault } satisfies {
  [name: string]: Fault;
};
export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/**
 * Which fault comes when, drawn from the seed: each of them once before any comes again. Those of the receiver come in
 * the first half: deliveries wait after a failure, and longer after each.
 */
export function makeSchedule(world: World, wanted: readonly FaultName[], rounds: number): FaultName[] {
  const names = wanted.filter((name) => name !== 'poison' && FAULTS[name].fits(world));
  const schedule: FaultName[] = [];
  while (names.length > 0 && schedule.length < rounds) schedule.push(...shuffled(world.random, names));
  schedule.length = Math.min(schedule.length, rounds);
  const early = schedule.filter((name) => name.startsWith('hook-'));
  const others = schedule.filter((name) => !name.startsWith('hook-'));
  const step = Math.max(1, Math.floor(others.length / 2 / (early.length + 1)));
  early.forEach((name, n) => void others.splice(n * (step + 1), 0, name));
  return others;
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

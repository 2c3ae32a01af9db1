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
 * Which fault comes in which round, drawn from the seed: each of them once before any comes again, `times` in all. Those
 * of the receiver come early: deliveries wait after a failure, and longer after each.
 */
export function makeSchedule(
  world: World,
  wanted: readonly FaultName[],
  { rounds, times }: { rounds: number; times: number },
): (FaultName | undefined)[] {
  const names = wanted.filter((name) => name !== 'poison' && FAULTS[name].fits(world));
  const drawn: FaultName[] = [];
  while (names.length > 0 && drawn.length < Math.max(times, names.length)) drawn.push(...shuffled(world.random, names));
  drawn.length = Math.min(Math.max(times, names.length), drawn.length, rounds);
  const early = drawn.filter((name) => name.startsWith('hook-'));
  const others = drawn.filter((name) => !name.startsWith('hook-'));
  const mixed = others.flatMap((name, n) => [...early.splice(0, n % 2), name]);
  const schedule: (FaultName | undefined)[] = Array.from({ length: rounds });
  for (const [n, name] of [...mixed, ...early].entries()) schedule[Math.floor((n * rounds) / drawn.length)] = name;
  return schedule;
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

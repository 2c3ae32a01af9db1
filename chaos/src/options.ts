import { parseArgs } from 'node:util';
import type { StoreName } from './deployment/servers.js';
import { FAULT_NAMES, type FaultName } from './faults/faults.js';

const STORES: readonly StoreName[] = ['postgres', 'mongo', 'embedded'];

export interface Options {
  seed: number;
  events: number;
  people: number;
  stores: readonly StoreName[];
  faults: readonly FaultName[];
  rounds?: number;
  crashPoints?: readonly string[];
  weaken?: string;
  often?: string;
  stopAt?: string;
  /** After a run that breaks a promise: smaller runs, for the smallest that breaks it too. */
  shrink: boolean;
  /** How many smaller runs at most. */
  runs: number;
  /** How often a smaller run must hold before it is taken to hold. */
  tries: number;
  /** Instead of all else: one run without each safeguard. */
  mutations: boolean;
  json?: string;
  /** Whether the result goes into docs/reliability.md. */
  document: boolean;
}

export const USAGE = `pnpm chaos [--store NAME] [--events N] [--people N] [--seed S] [--faults LIST] [--json FILE]
  --store    postgres, mongo or embedded (all three, one after the other)
  --events   how many (100,000)
  --people   of how many people (2,000, and at most one for 20 events)
  --seed     a whole number: the same one makes the same events and faults (a random one, which is printed)
  --faults   names separated by commas, or none (all: ${FAULT_NAMES.join(', ')})
  --points   names of crash points separated by commas, or none (all)
  --rounds   in how many parts the events are sent, each with one fault
  --weaken   without this safeguard: it must be noticed
  --often    a crash point at which each process that comes by dies, up to eight times
  --stop-at  a crash point at which the first process stands still until the others have done everything
  --shrink   when a promise is broken: runs with less and less that break it too, to the smallest
  --runs     with --shrink, how many runs at most (20)
  --tries    with --shrink, how often a smaller run must hold to be taken to hold (3)
  --mutations  instead of all else: a short run without each safeguard, and whether it was noticed
  --json     writes the report to a file as well
  --document puts the result into docs/reliability.md`;

/** Reads the command line; throws with a sentence about what is wrong in it. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const workload = { events: text, people: text, seed: text, store: text, faults: text, points: text, rounds: text };
  const harm = { weaken: text, often: text, 'stop-at': text };
  const { values } = parseArgs({
    args,
    options: {
      ...workload,
      ...harm,
      runs: text,
      tries: text,
      json: text,
      shrink: { type: 'boolean' },
      mutations: { type: 'boolean' },
      document: { type: 'boolean' },
    },
  });
  if (values.mutations && values.shrink)
    throw new Error('--shrink is for one run: name the safeguard by --weaken, instead of --mutations.');
  const events = whole('events', values.events, 100_000);
  return {
    events,
    people: whole('people', values.people, Math.min(2_000, Math.ceil(events / 20))),
    shrink: values.shrink === true,
    runs: whole('runs', values.runs, 20),
    tries: whole('tries', values.tries, 3, 1),
    mutations: values.mutations === true,
    document: values.document === true,
    seed: whole('seed', values.seed, Math.floor(Math.random() * 1_000_000)),
    stores: values.store === undefined ? STORES : list('store', values.store, STORES),
    faults: values.faults === undefined ? FAULT_NAMES : list('faults', values.faults, FAULT_NAMES),
    ...(values.points !== undefined && { crashPoints: values.points === 'none' ? [] : values.points.split(',') }),
    ...(values.rounds !== undefined && { rounds: whole('rounds', values.rounds, 0) }),
    ...(values.weaken !== undefined && { weaken: values.weaken }),
    ...(values.often !== undefined && { often: values.often }),
    ...(values['stop-at'] !== undefined && { stopAt: values['stop-at'] }),
    ...(values.json !== undefined && { json: values.json }),
  };
}

function whole(name: string, text: string | undefined, otherwise: number, least = 0): number {
  if (text === undefined) return otherwise;
  const value = Number(text.replaceAll(/[_,]/g, ''));
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${name} takes a whole number from ${least}, and ${text} is none.`);
  return value;
}

function list<T extends string>(name: string, text: string, known: readonly T[]): T[] {
  if (text === 'none') return [];
  return text.split(',').map((item) => {
    if (!known.includes(item as T)) throw new Error(`--${name}: there is no ${item}. There are: ${known.join(', ')}.`);
    return item as T;
  });
}

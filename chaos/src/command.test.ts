import { expect, it } from 'vitest';
import { commandOf } from './command.js';
import { FAULT_NAMES } from './faults/faults.js';
import { readOptions } from './options.js';
import type { ChaosOptions } from './run/chaos.js';

const run: ChaosOptions = { store: 'mongo', seed: 7, events: 1_000, people: 50, faults: FAULT_NAMES };

const RUNS: { [what: string]: ChaosOptions } = {
  'all faults and points': run,
  'no fault and no point': { ...run, faults: [], crashPoints: [], rounds: 1 },
  'some of them': { ...run, faults: ['hook-500', 'poison'], crashPoints: ['job:taken', 'mongo:runs'], rounds: 4 },
  'a safeguard less': { ...run, weaken: 'marks', often: 'merge:after-freeze', stopAt: 'batch:after-claims' },
};

it.each(Object.entries(RUNS))('a command line with %s is read as the run that it was made of', (_, options) => {
  const words = commandOf(options).split(' ');
  expect(words.splice(0, 2)).toEqual(['pnpm', 'chaos']);
  const { stores, ...read } = readOptions(words);
  expect(stores).toEqual([options.store]);
  expect(read).toEqual({
    ...{ shrink: false, runs: 20, tries: 3, mutations: false, document: false },
    ...without(options),
  });
});

it('is short where nothing is out of the ordinary', () => {
  expect(commandOf(run)).toBe('pnpm chaos --store mongo --seed 7 --events 1000 --people 50');
});

it.each([
  [['--shrink', '--mutations'], '--weaken'],
  [['--shrink', '--tries', '0'], '--tries'],
  [['--runs', 'many'], '--runs'],
])('refuses %j', (args, word) => {
  expect(() => readOptions(args)).toThrow(word);
});

function without({ store: _, ...rest }: ChaosOptions) {
  return rest;
}

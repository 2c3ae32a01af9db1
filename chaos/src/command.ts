import { FAULT_NAMES } from './faults/faults.js';
import type { ChaosOptions } from './run/chaos.js';

/** The command line of a run: what `readOptions` reads from it is that run. */
export function commandOf({ store, seed, events, people, rounds, ...options }: ChaosOptions): string {
  const { faults, crashPoints, weaken, often, stopAt } = options;
  const words: [string, string | number | undefined][] = [
    ['store', store],
    ['seed', seed],
    ['events', events],
    ['people', people],
    ['rounds', rounds],
    ['faults', faults?.length === FAULT_NAMES.length ? undefined : namesOf(faults)],
    ['points', namesOf(crashPoints)],
    ['weaken', weaken],
    ['often', often],
    ['stop-at', stopAt],
  ];
  const given = words.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return ['pnpm chaos', ...given].join(' ');
}

const namesOf = (names: readonly string[] | undefined) => (names?.length === 0 ? 'none' : names?.join());

import type { Promised } from '../oracle/observed.js';
import { runChaos } from '../run/chaos.js';
import { CONTROLS, MUTATIONS, type Mutation } from './mutations.js';

/** Enough that every safeguard is needed, and over in seconds. */
const WORKLOAD = { seed: 7, events: 1_000, people: 50, rounds: 1 };

export interface Verdict {
  /** What was switched off; undefined where nothing was. */
  safeguard: string | undefined;
  store: string;
  story: string;
  /** The promise that had to be reported. */
  breaks: Promised | undefined;
  /** Findings by promise. */
  found: { [promise: string]: number };
  /** The first finding about that promise. */
  example: string | undefined;
  /** Whether the suite said what it had to say. */
  right: boolean;
}

/** One short run of the suite; right when it reports what must break, or nothing where nothing is switched off. */
export async function mutate(run: Omit<Mutation, 'safeguard' | 'breaks'> & Partial<Mutation>): Promise<Verdict> {
  const { safeguard, breaks, store, points, often, stopAt, story, people } = run;
  const { findings } = await runChaos({
    ...WORKLOAD,
    ...(people && { people }),
    store,
    faults: [],
    crashPoints: points,
    ...(often && { often }),
    ...(stopAt && { stopAt }),
    ...(safeguard && { weaken: safeguard }),
  });
  const found: Verdict['found'] = {};
  for (const { promise } of findings) found[promise] = (found[promise] ?? 0) + 1;
  const example = findings.find(({ promise }) => breaks === undefined || promise === breaks)?.what;
  const right = breaks === undefined ? findings.length === 0 : breaks in found && !('suite' in found);
  return { safeguard, store, story, breaks, found, example, right };
}

/** All of them, one after the other; the answer is whether each was right. */
export async function mutateAll(say: (line: string) => void): Promise<boolean> {
  let right = true;
  for (const run of [...CONTROLS, ...MUTATIONS]) {
    const verdict = await mutate(run);
    say(lineOf(verdict));
    right &&= verdict.right;
  }
  return right;
}

function lineOf({ safeguard = '(nothing off)', store, breaks, found, example, right }: Verdict): string {
  const counts = Object.entries(found).map(([promise, n]) => `${promise} ${n}`);
  const said = counts.length === 0 ? 'nothing reported' : `reported ${counts.join(', ')}`;
  const verdict = right
    ? 'right'
    : breaks
      ? `WRONG: ${breaks} had to be reported`
      : 'WRONG: nothing had to be reported';
  const shown = example === undefined ? '' : `\n    ${example.slice(0, 200)}`;
  return `${safeguard.padEnd(18)} ${store.padEnd(9)} ${said}: ${verdict}${shown}`;
}

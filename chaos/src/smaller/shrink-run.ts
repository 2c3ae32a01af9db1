import { commandOf } from '../command.js';
import type { Promised } from '../oracle/observed.js';
import { linesOf } from '../report/print.js';
import type { PromiseLine } from '../report/promises.js';
import { type ChaosOptions, complete, type Report, runChaos } from '../run/chaos.js';
import { type Now, search } from './search.js';
import type { Size } from './sizes.js';

export interface Limits {
  runs: number;
  tries: number;
  say(line: string): void;
}

/** The smallest run that breaks what a larger one broke. */
export interface Smallest {
  command: string;
  promise: Promised;
  broke: number;
  tried: number;
  counterExample: PromiseLine;
}

/** They are in the events or come at the end, and so are not among the faults that a report counts. */
const UNCOUNTED = new Set(['poison', 'hook-dead']);

/** After a run that broke a promise: runs with less, and says which is the smallest that breaks the promise too. */
export async function shrinkRun(
  options: ChaosOptions,
  report: Report,
  { runs, tries, say }: Limits,
): Promise<Smallest | undefined> {
  const promise = mostBroken(report);
  if (promise === undefined) return undefined;
  say(`smaller runs that break ${promise}: at most ${runs}, each ${tries} times before it is taken to hold`);
  const run = async (size: Size, { run: n, attempt }: Now) => {
    const command = commandOf({ ...options, ...size });
    say(`run ${n} of ${runs}, try ${attempt} of ${tries}: ${command}`);
    try {
      const { promises, seconds } = await runChaos({ ...options, ...size });
      const line = promises.find((one) => one.promise === promise && !one.held);
      say(`  ${promise} ${line ? `BROKEN, ${line.findings} findings` : 'held'}, after ${seconds.judged} s`);
      return line && { command, counterExample: line };
    } catch (error) {
      say(`  it did not come to its end: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  const { smallest, finished, runs: made } = await search({ start: startOf(options, report), run, runs, tries });
  if (!smallest) {
    say(`${made} smaller runs, and none broke ${promise}. The run itself: ${report.command}`);
    return undefined;
  }
  const { found, broke, tried } = smallest;
  const rest = finished
    ? 'everything smaller held'
    : `with ${runs} runs at most it ended here: there may be a smaller one`;
  say(`the smallest of ${made} runs broke ${promise} in ${broke} of ${tried} tries; ${rest}`);
  for (const line of linesOf(found.counterExample)) say(line);
  say(found.command);
  return { ...found, promise, broke, tried };
}

/** The promise with the most findings: it is the likeliest to break again. What the suite itself owes is none. */
function mostBroken({ promises }: Report): Promised | undefined {
  const broken = promises.filter(({ promise, held }) => promise !== 'suite' && !held);
  return broken.sort((a, b) => b.findings - a.findings)[0]?.promise;
}

/** The run without what was not done in it. */
function startOf(options: ChaosOptions, { faults: done, points }: Report): Size {
  const { events, people, rounds, faults, crashPoints } = complete(options);
  return {
    events,
    people,
    rounds,
    faults: faults.filter((name) => UNCOUNTED.has(name) || name in done),
    crashPoints: crashPoints.filter((point) => (points[point] ?? 0) > 0),
  };
}

import type { Finding } from '../oracle/observed.js';
import type { Report } from '../run/chaos.js';
import type { PromiseLine } from './promises.js';

const SHOWN = 12;

/** Says on the terminal what a run found. */
export function printReport({ promises, points, faults, counts, surprises, words, findings, ...report }: Report): void {
  const { store, servers, seed, events, people, seconds } = report;
  const say = (line: string) => console.log(line);
  say(`\n${store} (${servers.join(', ')}), seed ${seed}: ${events} calls of ${people} people`);
  say(`sent after ${seconds.sent} s, done after ${seconds.done} s, judged after ${seconds.judged} s`);
  for (const promise of promises) for (const line of linesOf(promise)) say(line);
  say(`faults: ${pairs(faults)}`);
  say(`deaths at crash points: ${pairs(points)}`);
  say(`counts: ${pairs(counts)}`);
  for (const surprise of surprises) say(`! ${surprise}`);
  for (const line of telling(findings)) say(line);
  if (findings.length === 0) return;
  for (const word of words) say(`> ${word}`);
  say(`\n${findings.length} findings. Again: ${report.command}`);
}

/** Some findings, a line each: at first those of different promises, which tell more than many of one. */
export function telling(findings: readonly Finding[], most = 20): string[] {
  const kinds = [...new Set(findings.map(({ promise }) => promise))];
  const each = Math.ceil(most / (2 * kinds.length));
  const first = kinds.flatMap((kind) => findings.filter(({ promise }) => promise === kind).slice(0, each));
  const rest = findings.filter((finding) => !first.includes(finding));
  return [...first, ...rest].slice(0, most).map(({ promise, what }) => `${promise}: ${what.slice(0, 600)}`);
}

/** What became of a promise; if it is broken, with the events that lead to the counter-example. */
export function linesOf({ promise, name, held, text, findings, events }: PromiseLine): string[] {
  const more = findings > 1 ? ` (the first of ${findings})` : '';
  return [
    `  ${promise.padEnd(9)}${name.padEnd(12)} ${held ? 'held  ' : 'BROKEN'} ${text}${more}`,
    ...events.slice(0, SHOWN).map((line) => `              ${line}`),
    ...(events.length > SHOWN ? [`              and ${events.length - SHOWN} more`] : []),
  ];
}

function pairs(record: { [name: string]: number }): string {
  return Object.entries(record)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}

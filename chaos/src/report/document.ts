import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Report } from '../run/chaos.js';

const page = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));

/** Events from which on a run is a long one. */
const LONG = 1_000_000;

/** Puts the result of a run into its place in docs/reliability.md: each store has one, and one for long runs. */
export function writeDocument(report: Report, file = page): void {
  const place = isLong(report) ? `${report.store}-long` : report.store;
  const [begin, end] = ['begin', 'end'].map((word) => `<!-- chaos:${place}:${word} -->`) as [string, string];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no place between ${begin} and ${end}.`);
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n${section(report)}\n${text.slice(to)}`);
}

function isLong({ events }: Report): boolean {
  return events >= LONG;
}

/** The result as Markdown. */
export function section(report: Report, now = new Date()): string {
  const { store, servers, seed, events, people, seconds, promises, faults, points, counts } = report;
  const machine = `${cpus().length} processors (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 1024 ** 3)} GB, ${type()} ${arch()}`;
  const deaths = Object.values(points);
  return [
    `### ${store}${isLong(report) ? ', the long run' : ''}`,
    '',
    `${now.toISOString().slice(0, 10)}, ${machine}, Node ${process.version}, ${servers.join(' and ')}. Seed ${seed}: ${n(events)} events of ${n(people)} people.`,
    `Sent after ${n(seconds.sent)} s, done after ${n(seconds.done)} s, judged after ${n(seconds.judged)} s.`,
    '',
    '| promise | | |',
    '|---|---|---|',
    ...promises.map(
      ({ promise, name, held, text }) => `| ${promise} ${name} | ${held ? 'held' : '**broken**'} | ${cell(text)} |`,
    ),
    '',
    `Faults: ${pairs(faults)}.`,
    '',
    `Deaths at crash points: ${n(deaths.reduce((sum, one) => sum + one, 0))}, at ${deaths.filter((one) => one > 0).length} of the ${deaths.length} named points.`,
    '',
    `Counts: ${pairs(counts)}.`,
  ].join('\n');
}

const n = (value: number) => value.toLocaleString('en-US');
const cell = (text: string) => text.slice(0, 300).replaceAll('|', '\\|').replaceAll('\n', ' ');
const pairs = (record: { [name: string]: number }) =>
  Object.entries(record)
    .map(([name, value]) => `${name} ${n(value)}`)
    .join(', ');

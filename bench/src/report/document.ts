import { readFileSync, writeFileSync } from 'node:fs';
import type { Report } from './json.js';
import { markdown } from './table.js';

const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

/** Puts the table of a run into a document, between its two marks; everything else stays. */
export function writeDocument(path: string, report: Report): void {
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} lacks the marks ${BEGIN} and ${END}.`);
  writeFileSync(path, `${text.slice(0, begin + BEGIN.length)}\n${section(report)}\n${text.slice(end)}`);
}

function section({ at, machine, commit, scale, lines }: Report): string {
  const notes = lines.filter((line) => line.notes.length > 0);
  return [
    `Measured on ${at.slice(0, 10)} at commit ${commit}: ${machine}.`,
    `${scale.rounds} rounds of ${scale.seconds} s each, ours and the ceiling in turn; the number is the median, in brackets are the ends.`,
    'The load is the one-minute average before the line was measured: above 1.5, others used the processors too.',
    '',
    markdown(lines),
    '',
    'Notes:',
    '',
    ...notes.map((line) => `- ${line.figure}, ${line.variant}: ${line.notes.join('; ')}.`),
  ].join('\n');
}

import type { Line } from '../figures/figure.js';
import type { Spread } from '../machine/numbers.js';

export const HEAD = ['figure', 'ceiling', 'ours', 'ratio', 'aim', 'result', 'load'] as const;

/** The cells of a line, as people read them. */
export function cells(line: Line): string[] {
  return [
    `${line.figure}: ${line.variant}`,
    line.ceiling ? `${number(line.ceiling)} ${line.unit}` : '',
    `${number(line.ours)} ${line.unit}`,
    line.ratio === undefined ? '' : line.ratio.toFixed(2),
    line.aim,
    line.held ? 'held' : 'missed',
    line.load.toFixed(2),
  ];
}

/** Median, and the ends of the rounds when there are several. */
function number({ median, min, max, rounds }: Spread): string {
  const short = (n: number) => (Math.abs(n) >= 100 ? String(Math.round(n)) : n.toFixed(n < 10 ? 2 : 1));
  return rounds.length > 1 ? `${short(median)} (${short(min)} to ${short(max)})` : short(median);
}

/** The lines as a Markdown table. */
export function markdown(lines: readonly Line[]): string {
  const rows = [[...HEAD], HEAD.map(() => '---'), ...lines.map(cells)];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

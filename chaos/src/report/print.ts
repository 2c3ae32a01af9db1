import type { Report } from '../run/chaos.js';

const SHOWN = 12;

/** Says on the terminal what a run found. */
export function printReport({ promises, points, faults, counts, surprises, findings, ...report }: Report): void {
  const { store, servers, seed, events, people, seconds } = report;
  const say = (line: string) => console.log(line);
  say(`\n${store} (${servers.join(', ')}), seed ${seed}: ${events} calls of ${people} people`);
  say(`sent after ${seconds.sent} s, done after ${seconds.done} s, judged after ${seconds.judged} s`);
  for (const { promise, name, held, text, findings: n, events: led } of promises) {
    const more = n > 1 ? ` (the first of ${n})` : '';
    say(`  ${promise.padEnd(9)}${name.padEnd(12)} ${held ? 'held  ' : 'BROKEN'} ${text}${more}`);
    for (const line of led.slice(0, SHOWN)) say(`              ${line}`);
    if (led.length > SHOWN) say(`              and ${led.length - SHOWN} more`);
  }
  say(`faults: ${pairs(faults)}`);
  say(`deaths at crash points: ${pairs(points)}`);
  say(`counts: ${pairs(counts)}`);
  for (const surprise of surprises) say(`! ${surprise}`);
  for (const { promise, what } of findings.slice(0, 20)) say(`${promise}: ${what.slice(0, 600)}`);
  if (findings.length > 0)
    say(`\n${findings.length} findings. Again: pnpm chaos --store ${store} --seed ${seed} --events ${events}`);
}

function pairs(record: { [name: string]: number }): string {
  return Object.entries(record)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}

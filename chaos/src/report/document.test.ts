import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Report } from '../run/chaos.js';
import { writeDocument } from './document.js';

const report = (events: number) =>
  ({
    ...{ store: 'postgres', servers: ['redis'], seed: 5, events, people: 10 },
    seconds: { sent: 1, done: 2, judged: 3 },
    promises: [{ promise: 'G1', name: 'Durable', held: true, text: 'all' }],
    ...{ faults: { 'kill-all': 1 }, points: { 'job:taken': 2, 'job:done': 0 }, counts: { profiles: 4 } },
  }) as unknown as Report;

function pageWith(...places: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'page.md');
  writeFileSync(file, places.map((place) => `<!-- chaos:${place}:begin -->\n<!-- chaos:${place}:end -->\n`).join('\n'));
  return file;
}

it('puts a run into the place of its store, a long one into another', () => {
  const file = pageWith('postgres', 'postgres-long');
  writeDocument(report(1_000_300), file);
  writeDocument(report(99), file);
  writeDocument(report(100_000), file);
  const [short, long] = readFileSync(file, 'utf8').split('postgres:end') as [string, string];
  expect(short).toContain('Seed 5: 100,000 events of 10 people.');
  expect(short).not.toContain('99 events');
  expect(short).toContain('Deaths at crash points: 2, at 1 of the 2 named points.');
  expect(long).toContain('### postgres, the long run');
  expect(long).toContain('Seed 5: 1,000,300 events of 10 people.');
});

it('says which place a page has not', () => {
  const file = pageWith('postgres', 'mongo');
  expect(() => writeDocument(report(1_000_000), file)).toThrow('chaos:postgres-long:begin');
});

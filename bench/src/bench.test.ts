import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { need } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from './report/json.js';

const servers = need('redis', 'postgres', 'mongo');
const runner = join(import.meta.dirname, '../run.mjs');

/** Everything as small as can be: whether it is fast is not asked here. */
const SMALL = [
  '--seconds',
  '0.3',
  '--rounds',
  '1',
  '--profiles',
  '1000',
  '--timeline',
  '100',
  '--memory-minutes',
  '0.02',
];

describe.skipIf(!servers.ok)('the bench', () => {
  let folder: string;
  let report: Report;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-bench-test-'));
    const file = join(folder, 'report.json');
    await run([...SMALL, '--json', file]);
    report = JSON.parse(await readFile(file, 'utf8')) as Report;
    // Two dozen deployments one after the other, on a machine that may have other things to do.
  }, 1_800_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has a number for every figure, above nothing and finite', () => {
    expect(new Set(report.lines.map(({ figure }) => figure))).toEqual(
      new Set([
        ...['collect', 'end-to-end-postgres', 'end-to-end-mongo', 'end-to-end-embedded', 'deliveries', 'latency'],
        ...['profile-read', 'cost', 'memory', 'start'],
      ]),
    );
    for (const { figure, variant, ours, ceiling } of report.lines) {
      for (const { median } of [ours, ...(ceiling ? [ceiling] : [])]) {
        expect(Number.isFinite(median) && median > 0, `${figure}: ${variant}`).toBe(true);
      }
    }
  });

  it('compares programs that did the same work', () => {
    const works = report.lines.flatMap(({ work }) => (work ? [work] : []));
    expect(works).toHaveLength(4);
    for (const { ours, ceiling } of works) {
      expect(ours).toEqual(ceiling);
      expect(ours.events).toBeGreaterThan(0);
      expect(ours.claims).toBe(ours.events);
    }
  });

  it('says of each line whether its aim was held, and how busy the machine was', () => {
    for (const { aim, held, load } of report.lines) {
      expect([typeof aim, typeof held, typeof load]).toEqual(['string', 'boolean', 'number']);
    }
  });
});

function run(args: string[]): Promise<void> {
  const child = spawn(process.execPath, [runner, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`It ended with ${code}:\n${said}`))));
  });
}

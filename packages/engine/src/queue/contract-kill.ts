import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PARTITIONS, POISON } from './contract-address.js';
import { addNumbered, type MakeBed, upTo } from './contract-bed.js';

const COUNT = 60;
const KILLS = 3;

interface Line {
  what: string;
  partition: number;
  n: number;
  attempt: number;
  pid: number;
  /** Of an end. */
  stalls: string | undefined;
}

/** Order after a killed worker: batches are begun in order, none is lost, interrupted ones come back first. */
export function killContract(name: string, make: MakeBed): void {
  describe(`order after a killed worker on ${name}`, () => {
    // Packages are found from where the script lies, so it cannot lie in a temporary folder.
    const here = fileURLToPath(new URL('.', import.meta.url));
    const script = join(here, '..', '..', 'dist', `queue-child-${process.pid}.mjs`);
    let folder: string;
    let log: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tributary-kill-'));
      log = join(folder, 'log');
      await writeFile(log, '');
      const entryPoints = [join(here, 'contract-child.ts')];
      await build({
        entryPoints,
        outfile: script,
        bundle: true,
        packages: 'external',
        platform: 'node',
        format: 'esm',
      });
    });
    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
      await rm(script, { force: true });
    });

    const lines = async (): Promise<Line[]> => {
      const text = await readFile(log, 'utf8');
      return text.split('\n').filter(Boolean).map(parse);
    };

    it('goes on with the batch that the dead worker had begun', { timeout: 240_000 }, async () => {
      const bed = await make();
      const children: ChildProcess[] = [];
      let over = false;
      const start = () => {
        const child = spawn(process.execPath, [script, JSON.stringify(bed.address), log], { stdio: ['ignore', 2, 2] });
        children.push(child);
        child.once('exit', () => over || start());
      };
      try {
        const queue = await bed.open();
        for (const partition of upTo(PARTITIONS)) await addNumbered(queue, partition, COUNT);
        await bed.handOver();
        for (const _ of upTo(bed.shared ? 3 : 1)) start();
        let interrupted = 0;
        for (let kill = 0; kill < KILLS; kill++) {
          const victim = await midBatch(lines, children, kill);
          await end(victim);
          interrupted += unfinished(await lines(), victim.pid ?? 0);
        }
        await vi.waitFor(async () => expect(ended(await lines())).toBe(PARTITIONS * COUNT), {
          timeout: 120_000,
          interval: 100,
        });
        // Without batches that were cut off, this test would prove nothing.
        expect(interrupted).toBeGreaterThan(0);
        const all = await lines();
        for (const partition of upTo(PARTITIONS)) expectOrder(all.filter((line) => line.partition === partition));
        const poison = all.filter(({ partition, n, what }) => partition === 0 && n === POISON && what === 'end');
        expect(Math.min(...poison.map(({ attempt }) => attempt))).toBe(4);
        // Each of its deaths, where the queue counts them.
        const stalls = poison.map((line) => line.stalls);
        if (bed.address.kind === 'redis') expect(Math.min(...stalls.map(Number))).toBe(3);
        else expect(new Set(stalls)).toEqual(new Set(['undefined']));
      } finally {
        over = true;
        await Promise.all(children.map((child) => end(child)));
        await bed.close();
      }
    });
  });
}

/** Waits until some more batches were begun, and picks the living child whose line is the last and says "begin". */
async function midBatch(lines: () => Promise<Line[]>, children: ChildProcess[], kill: number): Promise<ChildProcess> {
  const already = (await lines()).length;
  for (let waited = 0; waited < 20_000; waited += 2) {
    const now = await lines();
    const last = now.at(-1);
    const victim = children.find(
      ({ pid, exitCode, signalCode }) => pid === last?.pid && exitCode === null && !signalCode,
    );
    if (now.length > already + 8 + kill && last?.what === 'begin' && victim) return victim;
    await sleep(2);
  }
  throw new Error(`No batch was begun. The log has ${already} lines.`);
}

/** Each batch follows the one before it, or repeats it; and the one before was ended when the next begins. */
function expectOrder(lines: Line[]): void {
  const begun = lines.filter(({ what }) => what === 'begin').map(({ n }) => n);
  const steps = begun.filter((n, at) => n !== begun[at - 1]);
  expect(steps).toEqual(upTo(COUNT));
  const repeated = new Map<number, number>();
  let open: Line | undefined;
  for (const line of lines) {
    if (line.what === 'end') {
      if (open?.n === line.n) open = undefined;
      continue;
    }
    if (open) expect(line.n).toBe(open.n);
    repeated.set(line.n, (repeated.get(line.n) ?? 0) + 1);
    expect(line.attempt).toBeGreaterThanOrEqual(repeated.get(line.n) ?? 0);
    open = line;
  }
}

function unfinished(lines: Line[], pid: number): number {
  const own = lines.filter((line) => line.pid === pid);
  return own.filter(({ what }) => what === 'begin').length - own.filter(({ what }) => what === 'end').length;
}

function ended(lines: Line[]): number {
  return new Set(lines.filter(({ what }) => what === 'end').map(({ partition, n }) => `${partition}/${n}`)).size;
}

function parse(line: string): Line {
  const [what = '', partition, n, attempt, pid, stalls] = line.split(' ');
  return { what, partition: Number(partition), n: Number(n), attempt: Number(attempt), pid: Number(pid), stalls };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await over;
}

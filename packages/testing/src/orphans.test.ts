import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { need } from './need.js';

const servers = need('redis', 'postgres', 'mongo');

describe.skipIf(!servers.ok)('a test process that is killed', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tributary-orphans-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('takes its servers with it', async () => {
    // Where the package has it: beside what the servers are started with.
    const outfile = join(dir, 'dist', 'testing.mjs');
    await cp(join(import.meta.dirname, '..', 'java'), join(dir, 'java'), { recursive: true });
    const entry = join(import.meta.dirname, 'index.ts');
    await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile });
    const script = `
      import { startMongo, startPostgres, startRedis } from ${JSON.stringify(outfile)};
      const servers = await Promise.all([startRedis(), startPostgres(), startMongo()]);
      console.log(JSON.stringify(servers.map(({ pid, dir }) => ({ pid, dir }))));
      setInterval(() => {}, 1000);`;
    const { MONGODB_URL: _, ...env } = process.env;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const started = JSON.parse(line.toString()) as { pid: number; dir: string }[];
    expect(started.map(({ pid }) => isAlive(pid))).toEqual([true, true, true]);

    child.kill('SIGKILL');
    await expect.poll(() => started.some(({ pid }) => isAlive(pid)), { timeout: 60_000 }).toBe(false);
    for (const { dir } of started) await rm(dir, { recursive: true, force: true });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded } from './embedded.js';
import { pgliteSql } from './pglite.js';
import { createPostgresStore } from './store.js';

const here = fileURLToPath(new URL('.', import.meta.url));

describe('the embedded database', () => {
  let folder: string;
  // Inside the package, from where its dependencies are found.
  const script = join(here, '../../../node_modules', `.crash-child-${process.pid}.mjs`);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-embedded-'));
    const entryPoints = [join(here, 'crash-child.ts')];
    await build({ entryPoints, outfile: script, bundle: true, packages: 'external', platform: 'node', format: 'esm' });
  });
  afterAll(async () => {
    await rm(script, { force: true });
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a process that commits, and kills it after `n` commits. Answers what it had acknowledged. */
  async function commitAndDie(n: number, before: () => Promise<void>): Promise<string[]> {
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length !== n) continue;
      await before();
      child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return acknowledged;
  }

  it('is held by one process, and has everything acknowledged after that one was killed, twice', async () => {
    const acknowledged: string[] = [];
    for (const n of [10, 25]) {
      const held = () => expect(openEmbedded(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_HELD' });
      acknowledged.push(...(await commitAndDie(n, held)));
    }
    const { pglite, release } = await openEmbedded(folder);
    const store = createPostgresStore({ sql: pgliteSql(pglite) });
    await store.open();
    expect(acknowledged.length).toBeGreaterThanOrEqual(35);
    expect([...(await store.loadProfiles(acknowledged)).keys()].sort()).toEqual([...acknowledged].sort());
    expect((await store.profileEvents(acknowledged, { limit: 9999 })).items).toHaveLength(acknowledged.length);
    await release();
    await release();
    await expect(store.check()).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});

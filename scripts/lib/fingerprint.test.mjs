import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.mjs';

let root;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tributary-fingerprint-'));
  await mkdir(join(root, 'src', 'inner'), { recursive: true });
  await mkdir(join(root, 'src', 'dist'));
  await writeFile(join(root, 'src', 'inner', 'a.ts'), 'one');
});
afterEach(() => rm(root, { recursive: true }));

const now = () => fingerprint(root, ['src', 'missing', 'src/inner/a.ts']);

it('stays the same while only times and made files change', async () => {
  const before = now();
  await utimes(join(root, 'src', 'inner', 'a.ts'), 1, 1);
  await writeFile(join(root, 'src', 'dist', 'a.js'), 'made');
  expect(now()).toBe(before);
});

it('changes with the content, with a new file, and with a new name', async () => {
  const seen = [now()];
  await writeFile(join(root, 'src', 'inner', 'a.ts'), 'two');
  seen.push(now());
  await writeFile(join(root, 'src', 'b.ts'), '');
  seen.push(now());
  await rm(join(root, 'src', 'b.ts'));
  await writeFile(join(root, 'src', 'c.ts'), '');
  seen.push(now());
  expect(new Set(seen).size).toBe(4);
});

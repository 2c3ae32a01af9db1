import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { JSON_CALLS, shares } from './shares.js';

const frame = (functionName: string, url = '') => ({ functionName, url });

it('gives the time of a frame to the nearest caller that belongs to somebody', () => {
  const found = shares({
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 5, 6, 7, 8] },
      { id: 2, callFrame: frame('commit', 'file:///x/engine/dist/storage/postgres/commit.js'), children: [3] },
      { id: 3, callFrame: frame('write', 'node:internal/streams'), children: [4] },
      { id: 4, callFrame: frame('stringify') },
      { id: 5, callFrame: frame('(garbage collector)') },
      { id: 6, callFrame: frame('(idle)') },
      { id: 7, callFrame: frame('processTicks', 'node:internal/process') },
      { id: 8, callFrame: frame('compile', 'node:internal/modules/esm/utils') },
    ],
    samples: [2, 3, 4, 5, 6, 7, 8],
    timeDeltas: [1, 2, 4, 8, 16, 32, 64],
  });
  expect(found).toMatchObject({ write: 3, json: 4, gc: 8, runtime: 32, http: 0 });
});

const packages = fileURLToPath(new URL('../../../packages', import.meta.url));
const sources = readdirSync(packages).flatMap((name) =>
  readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(name, 'src', file)),
);
const ours = JSON_CALLS.map(([place, names]) => ({
  place,
  files: sources.filter((file) => place.test(file.replace(/\.ts$/, '.js'))),
  names: [...names],
})).filter(({ files }) => files.length > 0);

it('knows functions by names that they have', () => {
  expect(ours).toHaveLength(5);
  for (const { place, files, names } of ours) {
    const text = files.map((file) => readFileSync(join(packages, file), 'utf8')).join('\n');
    for (const name of names) {
      const [, body] = text.split(new RegExp(`function ${name}\\b`));
      expect(body?.split('\n}')[0], `${name} in ${place}`).toMatch(/JSON\.(parse|stringify)/);
    }
  }
});

import { expect, it } from 'vitest';
import { shares } from './shares.js';

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

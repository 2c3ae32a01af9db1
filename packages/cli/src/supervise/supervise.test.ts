import { expect, it } from 'vitest';
import { pauseAfter } from './supervise.js';

const ended = { signal: 'SIGKILL', ready: false } as const;
const served = { signal: 'SIGKILL', ready: true } as const;
const atStart = { signal: null, ready: false };

it.each([
  ['ended by itself before it was ready', atStart, [500, 1_000, 2_000, 4_000, undefined]],
  ['was ended before it was ready', ended, [500, 1_000, 2_000, 4_000, 4_000]],
  ['had served', served, [500, 1_000, 1_000, 1_000, 1_000]],
  ['had served, and ended by itself', { signal: null, ready: true }, [500, 1_000, 1_000, 1_000, 1_000]],
])('a process that %s is started again after a pause', (_, ending, pauses) => {
  expect(pauses.map((_, n) => pauseAfter(n + 1, ending))).toEqual(pauses);
});

it('a process is not started again without end', () => {
  expect([pauseAfter(19, ended), pauseAfter(20, ended)]).toEqual([4_000, undefined]);
  expect([pauseAfter(59, served), pauseAfter(60, served)]).toEqual([1_000, undefined]);
});

import { expect, it } from 'vitest';
import type { Finding } from '../oracle/observed.js';
import { telling } from './print.js';

const findings = (promise: Finding['promise'], n: number): Finding[] =>
  Array.from({ length: n }, (_, i) => ({ promise, what: `number ${i}` }));

it('tells of every promise that is broken, however many findings the first one has', () => {
  const told = telling([...findings('identity', 900), ...findings('G1', 300), ...findings('G6', 1)]);
  expect(told).toHaveLength(20);
  expect(told.filter((line) => line.startsWith('G1'))).toHaveLength(4);
  expect(told).toContain('G6: number 0');
});

it('tells of all where there are few, each once', () => {
  expect(telling([...findings('G2', 2), ...findings('G1', 1)])).toEqual([
    'G2: number 0',
    'G2: number 1',
    'G1: number 0',
  ]);
  expect(telling([])).toEqual([]);
});

import { SAFEGUARDS } from '@tributary/engine';
import { expect, it } from 'vitest';
import { MUTATIONS } from './mutations.js';

/** Shown where two processes of one store, or a conflict at one moment, can be had at will: in tests of the engine. */
const ELSEWHERE = ['epoch-check', 'hand-over-split'];

it('every safeguard is switched off in a run', () => {
  const off = MUTATIONS.map(({ safeguard }) => safeguard);
  expect([...off, ...ELSEWHERE].sort()).toEqual([...SAFEGUARDS].sort());
});

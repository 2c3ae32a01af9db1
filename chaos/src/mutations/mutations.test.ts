import { SAFEGUARDS } from '@tributary/engine';
import { need } from '@tributary/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSuite } from '../run/build.js';
import { mutate } from './mutate.js';
import { CONTROLS, MUTATIONS } from './mutations.js';

/** Shown where two processes of one store, or a conflict at one moment, can be had at will: in tests of the engine. */
const ELSEWHERE = ['epoch-check', 'hand-over-split'];

const needed = { postgres: need('redis', 'postgres'), mongo: need('redis', 'mongo'), embedded: need() };

it('every safeguard is switched off in a run', () => {
  const off = MUTATIONS.map(({ safeguard }) => safeguard);
  expect([...off, ...ELSEWHERE].sort()).toEqual([...SAFEGUARDS].sort());
});

describe('the suite notices', () => {
  beforeAll(buildSuite);

  for (const mutation of MUTATIONS) {
    it.skipIf(!needed[mutation.store].ok)(`that ${mutation.safeguard} is off: ${mutation.story}`, async () => {
      const { found } = await mutate(mutation);
      expect(Object.keys(found)).toContain(mutation.breaks);
      expect(found.suite, 'a crash point was not met').toBeUndefined();
    });
  }

  for (const control of CONTROLS) {
    it.skipIf(!needed[control.store].ok)(`nothing with all safeguards on: ${control.story}`, async () => {
      const { found, example } = await mutate(control);
      expect(found, example).toEqual({});
    });
  }
});

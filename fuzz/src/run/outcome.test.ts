import fc from 'fast-check';
import { expect, it } from 'vitest';
import { outcomeOf } from './outcome.js';

it('says what failed also where the case is nested too deep to be written down', () => {
  let deep: unknown[] = [];
  for (let n = 0; n < 100_000; n++) deep = [deep];
  const fails = () => {
    throw new Error('It does not hold');
  };
  const outcome = outcomeOf(
    'body',
    fc.check(
      fc.property(fc.constant<unknown>(deep), (_deep) => fails()),
      { seed: 7 },
    ),
  );
  expect(outcome.failure).toMatchObject({ kind: 'body', seed: 7, path: '0', example: expect.stringContaining('deep') });
  expect(outcome.failure?.error).toContain('It does not hold');
});

import { setImmediate as soon } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Slots } from './slots.js';

it('lets so many calls of a destination begin, the others in their order as calls end', async () => {
  const slots = new Slots(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const call = async (destination: string, name: string) => {
    ends.set(name, await slots.enter(destination));
    begun.push(name);
  };
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) void call(name.slice(0, 1), name);
  await soon();
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  ends.get('a2')?.();
  ends.get('a2')?.();
  ends.get('b1')?.();
  await soon();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  for (const name of ['a1', 'a3']) ends.get(name)?.();
  await soon();
  expect(begun.at(-1)).toBe('a4');
  ends.get('a4')?.();
  for (const name of ['a5', 'a6', 'a7']) void call('a', name);
  await soon();
  expect(begun.slice(-2)).toEqual(['a5', 'a6']);
});

import { expect, it } from 'vitest';
import { leaveOut } from './leave-out.js';

/** What is left where a list does as long as it has all of `needed`, and how many lists were tried. */
function left(list: string, needed: string): { kept: string; tried: string[] } {
  const lists = leaveOut([...list]);
  const tried: string[] = [];
  let step = lists.next();
  while (!step.done) {
    const items = step.value;
    tried.push(items.join(''));
    step = lists.next([...needed].every((item) => items.includes(item)));
  }
  return { kept: step.value.join(''), tried };
}

it.each([
  ['abcdefgh', ''],
  ['abcdefgh', 'f'],
  ['abcdefgh', 'ah'],
  ['abcdefg', 'bdfg'],
  ['abc', 'abc'],
  ['a', 'a'],
  ['', ''],
])('of %j it keeps %j, which is needed', (list, needed) => {
  expect(left(list, needed).kept).toBe(needed);
});

it('tries nothing at all first, then halves, and at last single items', () => {
  expect(left('abcd', 'abcd').tried).toEqual(['', 'cd', 'ab', 'bcd', 'acd', 'abd', 'abc']);
  expect(left('abcdefgh', '').tried).toEqual(['']);
});

it('finds one of many in few tries', () => {
  const many = Array.from({ length: 33 }, (_, n) => String.fromCodePoint(200 + n)).join('');
  expect(left(many, many[20] as string).tried.length).toBeLessThan(16);
});

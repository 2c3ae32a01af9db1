import { expect, it } from 'vitest';
import { FlowError } from './faults.js';
import { plainCopy } from './plain.js';

function refusal(value: unknown, limits?: { depth?: number; values?: number }): unknown {
  try {
    return plainCopy(value, limits);
  } catch (error) {
    return error instanceof FlowError ? error.faults[0] : error;
  }
}

it.each([
  ['a number that no double holds', { a: [1, JSON.parse('1e400')] }, { path: '/a/1', code: 'NOT_JSON' }],
  ['a function', { 'a/b': { '~': () => 1 } }, { path: '/a~1b/~0', code: 'NOT_JSON' }],
  ['what is nested too deep', { a: { b: { c: { d: 1 } } } }, { path: '/a/b/c', code: 'TOO_DEEP' }],
])('names the place of %s', (_what, value, fault) => {
  expect(refusal(value, { depth: 2 })).toMatchObject(fault);
});

it('copies what is JSON, with any key', () => {
  const value: unknown = JSON.parse('{"__proto__":{"a":[1,null,"x",{"constructor":true}]}}');
  const copy = plainCopy(value);
  expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
  expect(Object.hasOwn(copy as object, '__proto__')).toBe(true);
});

import type { Json } from '@tributary/sdk';
import jsonLogic, { type RulesLogic } from 'json-logic-js';
import { describe, expect, it, vi } from 'vitest';
import { checkCondition, parseCondition } from './condition.js';

const data = {
  a: 1,
  b: { c: 'apple', list: [1, 2, 3, 4] },
  people: [
    { name: 'Ada', age: 36 },
    { name: 'Bob', age: 12 },
  ],
  empty: [],
  text: 'springfield',
  zero: 0,
};

/** Rules whose answer must be the library's own. */
const SAME: Json[] = [
  true,
  { '==': [1, '1'] },
  { '===': [1, '1'] },
  { '!=': [1, 2] },
  { '<': [1, 2, 3] },
  { '<=': [1, 1, 0] },
  { '>': [{ var: 'a' }, 0] },
  { var: 'b.c' },
  { var: ['nope', 7] },
  { var: 'b.list.1' },
  { var: '' },
  { '!!': [[]] },
  { '!': { var: 'zero' } },
  { and: [{ var: 'a' }, { var: 'zero' }] },
  { or: [{ var: 'zero' }, { var: 'b.c' }] },
  { if: [{ var: 'zero' }, 1, { var: 'a' }, 2, 3] },
  { '?:': [false, 1, false] },
  { missing: ['a', 'x'] },
  { missing: { merge: [['a'], ['q']] } },
  { missing_some: [1, ['a', 'x', 'y']] },
  { missing_some: [2, ['a', 'x', 'y']] },
  { in: ['spring', { var: 'text' }] },
  { in: ['a', ['b', 'a']] },
  { cat: ['x', { var: 'a' }] },
  { substr: [{ var: 'text' }, 0, -5] },
  { '+': ['3', 4] },
  { '-': [2] },
  { '*': [2, 3] },
  { '/': [1, 4] },
  { '%': [7, 3] },
  { max: [1, 5, 2] },
  { min: [] },
  { map: [{ var: 'b.list' }, { '*': [{ var: '' }, 2] }] },
  { filter: [{ var: 'people' }, { '>': [{ var: 'age' }, 18] }] },
  { reduce: [{ var: 'b.list' }, { '+': [{ var: 'current' }, { var: 'accumulator' }] }, 0] },
  { all: [{ var: 'empty' }, true] },
  { some: [{ var: 'people' }, { '==': [{ var: 'name' }, 'Ada'] }] },
  { none: [{ var: 'people' }, { '==': [{ var: 'name' }, 'Eve'] }] },
  { none: [{ var: 'nothing' }, true] },
];

describe('conditions', () => {
  it.each(SAME.map((rule) => [JSON.stringify(rule), rule]))('%s answers as json-logic-js does', (_, rule) => {
    for (const wrap of [(r: Json): Json => r, (r: Json): Json => ({ '===': [{ cat: [r] }, 'apple'] })]) {
      const wrapped = wrap(rule as Json);
      const expected = jsonLogic.truthy(jsonLogic.apply(wrapped as RulesLogic, data));
      expect(parseCondition(wrapped)(data)).toBe(expected);
    }
    // The value itself, not only its truth: seen through equality with what the library says.
    const value = jsonLogic.apply(rule as RulesLogic, data) as Json;
    if (typeof value !== 'object') expect(parseCondition({ '===': [rule as Json, value] })(data)).toBe(true);
  });

  it.each(['__proto__', 'constructor', 'a.constructor.name', 'b.list.map', 'text.indexOf', 'toString'])(
    'sees nothing at %s when the path comes out of data',
    (path) => {
      expect(parseCondition({ '!!': [{ var: [{ var: 'path' }] }] })({ ...data, path })).toBe(false);
    },
  );

  it('never takes data for a rule', () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const hostile = { keys: [{ log: 'ran' }, { method: ['x', 'toString'] }] };
    expect(parseCondition({ missing: [{ var: 'keys' }] })(hostile)).toBe(true);
    expect(parseCondition({ missing_some: [1, { var: 'keys' }] })(hostile)).toBe(true);
    expect(log).not.toHaveBeenCalled();
    // The library alone does: this is what the test above would catch.
    jsonLogic.apply({ missing: [{ var: 'keys' }] } as RulesLogic, { keys: [{ log: 'ran' }] });
    expect(log).toHaveBeenCalledWith('ran');
    log.mockRestore();
  });

  it('names each fault with its place', () => {
    const rule = { and: [{ method: ['a', 'b'] }, { log: 1 }, { var: '__proto__.x' }, { a: 1, b: 2 }, {}] };
    expect(checkCondition(rule).map(({ path, code }) => [path, code])).toEqual([
      ['/and/0/method', 'CONDITION_OPERATOR'],
      ['/and/1/log', 'CONDITION_OPERATOR'],
      ['/and/2/var', 'PATH_REFUSED'],
      ['/and/3', 'CONDITION_SHAPE'],
      ['/and/4', 'CONDITION_SHAPE'],
    ]);
    for (const operator of ['var.prototype.constructor', 'toString', 'hasOwnProperty', '__proto__'])
      expect(checkCondition(JSON.parse(`{"${operator}":[1]}`) as Json)).toHaveLength(1);
  });

  it('refuses a rule that is nested too deep, without overflowing', () => {
    let rule: Json = true;
    for (let i = 0; i < 50_000; i++) rule = { '!': [rule] };
    expect(checkCondition(rule).map((fault) => fault.code)).toEqual(['CONDITION_DEPTH']);
  });

  it('ends loops within loops and texts that double', () => {
    const list = Array.from({ length: 300 }, (_, i) => i);
    let loops: Json = { '+': [{ var: '' }, 1] };
    for (let i = 0; i < 4; i++) loops = { map: [list, loops] };
    const double = (join: string): Json => ({
      reduce: [{ var: 'list' }, { [join]: [{ var: 'accumulator' }, { var: 'accumulator' }] }, ['xx']],
    });
    const started = performance.now();
    for (const rule of [loops, double('cat'), double('merge')])
      expect(() => parseCondition(rule)({ list })).toThrowError(/steps/);
    const nested: Json = {
      cat: [{ reduce: [{ var: 'list' }, [{ var: 'accumulator' }, { var: 'accumulator' }], 'x'] }],
    };
    expect(() => parseCondition(nested)({ list })).toThrowError();
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('takes what cannot be compared as no value', () => {
    const odd = { value: { toString: 1, valueOf: 1, indexOf: 1 } };
    expect(parseCondition({ '==': [{ var: 'value' }, 'x'] })(odd)).toBe(false);
    expect(parseCondition({ in: ['x', { var: 'value' }] })(odd)).toBe(false);
    expect(parseCondition({ missing_some: [{ var: 'value' }, ['x']] })(odd)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { InvalidSetting } from '../settings/errors.js';
import { normaliseIdentifier, ruleOf } from './rules.js';
import { readRules } from './rules-file.js';

describe('the file of identifier rules', () => {
  it('changes a type, defines one, and blocks values', () => {
    const rules = readRules(
      '{"types":{"email":{"max":2},"loyalty":{"priority":2,"distinguishes":true}},"blocked":["Demo"]}',
    );
    expect(ruleOf(rules, 'email')).toEqual({ priority: 2, max: 2 });
    expect(ruleOf(rules, 'loyalty')).toEqual({ priority: 2, max: 10, distinguishes: true });
    expect(ruleOf(rules, 'userId').distinguishes).toBe(true);
    expect(normaliseIdentifier(rules, 'userId', 'demo')).toBeUndefined();
    expect(normaliseIdentifier(rules, 'userId', 'null')).toBeUndefined();
  });

  it.each([
    ['{', 'is not JSON'],
    ['{"types":{"email":{"max":0}}}', '/types/email/max'],
    ['{"types":{"__proto__x y":{}}}', '/types'],
    ['{"kinds":{}}', '/kinds'],
  ])('%s is refused with its place', (text, place) => {
    expect(() => readRules(text)).toThrow(InvalidSetting);
    expect(() => readRules(text)).toThrow(place);
  });
});

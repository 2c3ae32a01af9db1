import { describe, expect, it } from 'vitest';
import { defaultRules, normaliseIdentifier } from './rules.js';

const rules = defaultRules();

describe('an identifier', () => {
  it.each([
    ['email', ' Ann@Example.COM ', 'ann@example.com'],
    ['phone', '+49 30 901820', '+4930901820'],
    ['userId', ' Ann ', 'Ann'],
    ['userId', 42, '42'],
  ])('%s %j is stored as %j', (type, raw, stored) => {
    expect(normaliseIdentifier(rules, type, raw)).toBe(stored);
  });

  it.each([
    ['userId', ''],
    ['userId', '  '],
    ['userId', 'null'],
    ['userId', 'Undefined'],
    ['userId', '0'],
    ['userId', '-1'],
    ['userId', 0],
    ['anonymousId', 'anonymous'],
    ['userId', 'None'],
    ['userId', 'x'.repeat(256)],
    ['userId', 'a\0b'],
    ['userId', '\ud800'],
    ['userId', { id: 1 }],
    ['email', 'ann'],
    ['email', 'a@b'],
    ['phone', '030 901820'],
    ['phone', '+1 2'],
  ])('%s %j is none', (type, raw) => {
    expect(normaliseIdentifier(rules, type, raw)).toBeUndefined();
  });

  it('takes phone numbers without + where the deployment has a country', () => {
    expect(normaliseIdentifier(defaultRules('DE'), 'phone', '030 901820')).toBe('+4930901820');
  });
});

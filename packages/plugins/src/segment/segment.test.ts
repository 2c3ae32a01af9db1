import { testPlugin } from '@tributary/sdk/testing';
import { expect, it } from 'vitest';
import { segment } from './segment.js';

const run = (config: object, inIt: boolean, properties = {}) =>
  testPlugin(segment, {
    config: { segment: 'vip', ...config },
    profile: { segments: inIt ? { vip: true } : {} },
    event: { properties },
  }).profile.view().segments;

it('puts in and takes out', () => {
  expect(run({}, false)).toEqual({ vip: true });
  expect(run({ action: 'take' }, true)).toEqual({});
});

it('follows a condition', () => {
  const match = { action: 'match', when: { '>': [{ var: 'event.properties.total' }, 100] } };
  expect(run(match, false, { total: 150 })).toEqual({ vip: true });
  expect(run(match, true, { total: 50 })).toEqual({});
});

it('refuses a condition where none is read, and a match without one', () => {
  expect(() => run({ action: 'match' }, false)).toThrowError('/when: match needs');
  expect(() => run({ action: 'put', when: true }, false)).toThrowError('/when: put takes');
  expect(() => run({ segment: '__proto__' }, false)).toThrowError('/segment');
});

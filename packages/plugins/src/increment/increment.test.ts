import { testPlugin } from '@tributary/sdk/testing';
import { expect, it } from 'vitest';
import { increment } from './increment.js';

const run = (config: object, total?: unknown) =>
  testPlugin(increment, {
    config: { trait: 'spent', ...config },
    profile: { traits: { spent: 10 } },
    event: { properties: { total: total as never } },
  }).profile.get('traits.spent');

it('adds 1, a fixed number, or one from the event', () => {
  expect(run({})).toBe(11);
  expect(run({ by: -4 })).toBe(6);
  expect(run({ from: 'event.properties.total' }, 2.5)).toBe(12.5);
  expect(run({ from: 'event.properties.total' }, '2.5')).toBe(12.5);
});

it.each(['', 'many', null, [], true, undefined])('leaves the trait alone when the event has %j', (total) => {
  expect(run({ from: 'event.properties.total' }, total)).toBe(10);
});

it('refuses two amounts', () => {
  expect(() => run({ by: 1, from: 'event.x' })).toThrowError('/from');
});

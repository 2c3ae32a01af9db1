import { testPlugin } from '@tributary/sdk/testing';
import { expect, it } from 'vitest';
import { wait } from './wait.js';

const now = '2026-01-31T12:00:00.000Z';
const until = (config: object, date = '') =>
  testPlugin(wait, { config: config as never, now, event: { properties: { date } } }).until;

it('waits for a time, the parts added', () => {
  expect(until({ for: { days: 1, hours: 2, minutes: 3, seconds: 4 } })).toBe('2026-02-01T14:03:04.000Z');
  expect(until({ for: { seconds: 0 } })).toBe(now);
});

it('waits until a date of the event', () => {
  const config = { until: '{{ event.properties.date }}' };
  expect(until(config, '2026-03-01T09:00:00+01:00')).toBe('2026-03-01T08:00:00.000Z');
  expect(() => until(config, 'soon')).toThrowError('gives no date');
  expect(() => until(config, '2030-01-01')).toThrowError('a year away');
});

it.each([{}, { for: {} }, { for: { days: 400 } }, { for: { days: -1 } }, { for: { days: 1 }, until: 'x' }])(
  'refuses %j',
  (config) => {
    expect(() => until(config)).toThrowError();
  },
);

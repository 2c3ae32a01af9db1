import { validate, version } from 'uuid';
import { afterEach, expect, it, vi } from 'vitest';
import { newUuid } from './ids.js';

afterEach(() => vi.useRealTimers());

it('gives ids that grow, within a millisecond too and when the clock is set back', () => {
  vi.useFakeTimers({ now: Date.parse('2030-01-01T00:00:00Z') });
  const ids = Array.from({ length: 1_000 }, newUuid);
  vi.setSystemTime(Date.parse('2029-01-01T00:00:00Z'));
  ids.push(...Array.from({ length: 1_000 }, newUuid));
  vi.setSystemTime(Date.parse('2030-01-01T00:00:00.001Z'));
  ids.push(newUuid());
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
});

it('gives ids of now', () => {
  vi.useFakeTimers({ now: Date.parse('2031-05-06T07:08:09.123Z') });
  expect(Number.parseInt(newUuid().replaceAll('-', '').slice(0, 12), 16)).toBe(Date.now());
});

it('does not repeat what chance has given', () => {
  const tails = Array.from({ length: 5_000 }, () => newUuid().slice(-10));
  expect(new Set(tails).size).toBe(tails.length);
});

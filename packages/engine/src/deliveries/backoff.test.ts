import { describe, expect, it } from 'vitest';
import { DEFAULT_BACKOFF, waitAfter } from './backoff.js';

const options = { attempts: 5, baseMs: 1_000, maxMs: 20_000 };

describe('the wait after a failed attempt', () => {
  it('grows three times with each attempt, up to its bound', () => {
    expect([1, 2, 3, 4].map((n) => waitAfter(n, options, 0, () => 1))).toEqual([1_000, 3_000, 9_000, 20_000]);
  });
  it('is half chance, so that not everything comes back at once', () => {
    expect(waitAfter(2, options, 0, () => 0)).toBe(1_500);
    expect(Number.isInteger(waitAfter(2, options, 0))).toBe(true);
  });
  it('is as long as the destination asks, within the bound', () => {
    expect(waitAfter(1, options, 7_000, () => 0)).toBe(7_000);
    expect(waitAfter(1, options, 7_000_000, () => 0)).toBe(20_000);
  });
  it('adds up to about a day before a delivery is given up', () => {
    let sum = 0;
    for (let n = 1; n < DEFAULT_BACKOFF.attempts; n++) sum += waitAfter(n, DEFAULT_BACKOFF, 0, () => 1);
    expect(sum / 3_600_000).toBeGreaterThan(12);
  });
});

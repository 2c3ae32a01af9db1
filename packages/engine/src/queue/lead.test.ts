import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lead } from './lead.js';

let share: number;
let lead: Lead;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  share = 0.1;
  lead = new Lead(() => share);
});
afterEach(() => vi.useRealTimers());

/** Asks after so many milliseconds. */
function wanted(ms: number, busyShare: number): boolean {
  share = busyShare;
  vi.advanceTimersByTime(ms);
  return lead.wanted();
}

it('is not wanted before it is known how busy the process is, nor by a busy one', () => {
  expect(lead.wanted()).toBe(false);
  expect(wanted(499, 0.1)).toBe(false);
  expect(wanted(1, 0.3)).toBe(false);
  expect(wanted(500, 0.29)).toBe(true);
});

it('is kept for as long as there is time for it', () => {
  expect(wanted(500, 0.1)).toBe(true);
  lead.told('this process');
  expect(wanted(500, 0.75)).toBe(true);
  expect(wanted(500, 0.76)).toBe(false);
});

it('is not kept by whoever never got it', () => {
  expect(wanted(500, 0.1)).toBe(true);
  lead.told('another');
  expect(wanted(500, 0.5)).toBe(false);
});

it('is left alone for longer each time it was too much, and for short again after it went well for a minute', () => {
  const takeAndGiveUp = (after: number) => {
    expect(wanted(500, 0.1)).toBe(true);
    lead.told('this process');
    expect(wanted(after, 0.9)).toBe(false);
  };
  takeAndGiveUp(500);
  expect(wanted(3_000, 0.1)).toBe(false);
  expect(wanted(500, 0.1)).toBe(false);
  takeAndGiveUp(61_000);
  expect(wanted(1_000, 0.1)).toBe(false);
  expect(wanted(1_000, 0.1)).toBe(true);
});

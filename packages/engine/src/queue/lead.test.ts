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
function wishAfter(ms: number, busyShare: number) {
  share = busyShare;
  vi.advanceTimersByTime(ms);
  return lead.wish();
}
const leads = (ms: number, busyShare: number) => wishAfter(ms, busyShare).leads;

it('is not wanted before it is known how busy the process is, nor by a busy one', () => {
  expect(lead.wish().leads).toBe(false);
  expect(leads(499, 0.1)).toBe(false);
  expect(leads(1, 0.6)).toBe(false);
  expect(leads(500, 0.59)).toBe(true);
});

it('is kept for as long as there is time for it', () => {
  expect(leads(500, 0.1)).toBe(true);
  lead.told('this process');
  expect(leads(500, 0.95)).toBe(true);
  expect(leads(500, 0.96)).toBe(false);
});

it('is not kept by whoever never got it', () => {
  expect(leads(500, 0.1)).toBe(true);
  lead.told('another');
  expect(leads(500, 0.7)).toBe(false);
});

it('is left alone for longer each time it was too much, up to a minute, and for short again after it went well for one', () => {
  const pauseAfter = (ms: number) => {
    expect(leads(500, 0.1)).toBe(true);
    lead.told('this process');
    const { leads: isKept, pause } = wishAfter(ms, 0.99);
    expect(isKept).toBe(false);
    lead.told('nobody');
    return pause;
  };
  expect(pauseAfter(500)).toBe(4_000);
  expect(pauseAfter(500)).toBe(8_000);
  expect(pauseAfter(59_000)).toBe(16_000);
  expect(pauseAfter(500)).toBe(32_000);
  expect(pauseAfter(500)).toBe(60_000);
  expect(pauseAfter(500)).toBe(60_000);
  expect(pauseAfter(61_000)).toBe(4_000);
});

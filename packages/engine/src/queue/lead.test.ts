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

it('is not wanted before it is known how busy the process is, nor by a busy one', () => {
  expect(lead.wish()).toBe('rest');
  expect(wishAfter(499, 0.1)).toBe('rest');
  expect(wishAfter(1, 0.6)).toBe('rest');
  expect(wishAfter(500, 0.59)).toBe('lead');
});

it('is kept for as long as there is time for it', () => {
  expect(wishAfter(500, 0.1)).toBe('lead');
  lead.told('this process');
  expect(wishAfter(500, 0.95)).toBe('lead');
  expect(wishAfter(500, 0.96)).toBe('rest');
});

it.each(['another', 'nobody'] as const)('is not kept by whoever was told that %s has it', (leader) => {
  expect(wishAfter(500, 0.1)).toBe('lead');
  lead.told('this process');
  lead.told(leader);
  expect(wishAfter(500, 0.7)).toBe('rest');
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Looks } from './looks.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());
const rows = (destination: string, n: number) => Array.from({ length: n }, () => ({ destination }) as never);
const ASKED = { limit: 8, destinations: 4, except: [] };

it('knows for a moment that a destination was asked for', () => {
  const looks = new Looks();
  expect(looks.isRecent('a')).toBe(false);
  looks.note([], { ...ASKED, except: ['b'] }, ['a', 'b']);
  expect([looks.isRecent('a'), looks.isRecent('b'), looks.isRecent('c')]).toEqual([true, false, false]);
  vi.advanceTimersByTime(99);
  looks.note([], { ...ASKED, except: ['a'] }, ['a']);
  expect(looks.isRecent('a')).toBe(true);
  vi.advanceTimersByTime(1);
  expect(looks.isRecent('a')).toBe(false);
});

it('knows that the store has more, until a look finds less than it asked for', () => {
  const looks = new Looks();
  looks.note(rows('a', 8), ASKED, []);
  looks.leftThere('b');
  expect([looks.isBehind('a'), looks.isBehind('b'), looks.isBehind('c')]).toEqual([true, true, false]);
  // Not asked for; or perhaps pushed aside by others.
  looks.note([], { ...ASKED, except: ['a', 'b'] }, []);
  looks.note([...rows('c', 1), ...rows('d', 1)], { ...ASKED, destinations: 2 }, ['a']);
  expect([looks.isBehind('a'), looks.isBehind('b'), looks.isRecent('a')]).toEqual([true, true, false]);
  looks.note(rows('a', 7), ASKED, []);
  expect([looks.isBehind('a'), looks.isBehind('b')]).toEqual([false, false]);
});

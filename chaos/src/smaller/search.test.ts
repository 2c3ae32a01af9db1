import { describe, expect, it } from 'vitest';
import type { FaultName } from '../faults/faults.js';
import { search } from './search.js';
import { keyOf, type Size } from './sizes.js';

const start: Size = {
  events: 8_000,
  people: 400,
  rounds: 32,
  faults: ['kill-worker', 'queue-cut', 'store-kill', 'hook-500', 'clock-back', 'poison'],
  crashPoints: ['lane:after-add', 'job:taken', 'merge:after-freeze', 'part:after-commit', 'delivery:called'],
};

interface Needs {
  events?: number;
  people?: number;
  faults?: readonly FaultName[];
  crashPoints?: readonly string[];
}

const enough =
  ({ events = 0, people = 0, faults = [], crashPoints = [] }: Needs) =>
  (size: Size) =>
    size.events >= events &&
    size.people >= people &&
    faults.every((name) => size.faults.includes(name)) &&
    crashPoints.every((name) => size.crashPoints.includes(name));

/** Searches where a run breaks when `breaks` says so, and notes what was run. */
async function searched(breaks: (size: Size) => boolean, { runs = 1_000, tries = 3 } = {}) {
  const ran: { size: Size; run: number; attempt: number; broke: boolean }[] = [];
  const result = await search({
    start,
    runs,
    tries,
    run: async (size, now) => {
      const broke = breaks(size);
      ran.push({ size, ...now, broke });
      return broke ? { size } : undefined;
    },
  });
  expect(ran.map(({ run }) => run)).toEqual(ran.map((_, n) => n + 1));
  expect(result.runs).toBe(ran.length);
  return { ...result, ran };
}

describe('the search for a smaller run', () => {
  it('comes to the smallest where everything breaks, in the end tried as often as asked for', async () => {
    const { smallest, finished, ran } = await searched(() => true);
    expect(smallest?.size).toEqual({ events: 3, people: 1, rounds: 1, faults: [], crashPoints: [] });
    expect(smallest).toMatchObject({ broke: 3, tried: 3 });
    expect(finished).toBe(true);
    expect(ran.length).toBeLessThan(40);
  });

  it.each<[string, Needs, Partial<Size>]>([
    ['a fault', { faults: ['hook-500'] }, { faults: ['hook-500'], rounds: 2, crashPoints: [] }],
    ['two faults', { faults: ['kill-worker', 'poison'] }, { faults: ['kill-worker', 'poison'], rounds: 4 }],
    ['a crash point', { crashPoints: ['part:after-commit'] }, { crashPoints: ['part:after-commit'], faults: [] }],
    ['many events', { events: 900 }, { events: 1_000, people: 1 }],
    ['many people', { people: 60 }, { events: 250, people: 100 }],
    [
      'some of each',
      { events: 300, people: 5, faults: ['store-kill'], crashPoints: ['job:taken', 'delivery:called'] },
      { events: 500, people: 6, rounds: 2, faults: ['store-kill'], crashPoints: ['job:taken', 'delivery:called'] },
    ],
  ])('keeps %s where it is needed', async (_, needs, left) => {
    const { smallest, finished } = await searched(enough(needs));
    expect(smallest?.size).toMatchObject(left);
    expect(smallest?.found).toEqual({ size: smallest?.size });
    expect(finished).toBe(true);
  });

  it('tries one that holds three times, and none of them again', async () => {
    const { smallest, ran, finished } = await searched(() => false);
    expect(smallest).toBeUndefined();
    expect(finished).toBe(true);
    const sizes = new Set(ran.map(({ size }) => keyOf(size)));
    expect(ran.map(({ size, attempt }) => [keyOf(size), attempt])).toEqual(
      [...sizes].flatMap((size) => [1, 2, 3].map((attempt) => [size, attempt])),
    );
  });

  it('goes on from one that breaks only now and then, and says how often it does', async () => {
    const needs = enough({ events: 500, crashPoints: ['job:taken'] });
    let met = 0;
    const { smallest, finished } = await searched((size) => needs(size) && ++met % 3 === 0, { tries: 6 });
    expect(smallest?.size).toEqual({ events: 500, people: 1, rounds: 1, faults: [], crashPoints: ['job:taken'] });
    expect(smallest).toMatchObject({ broke: 2, tried: 6 });
    expect(finished).toBe(true);
  });

  it('takes one for holding that breaks less often than it is tried', async () => {
    let met = 0;
    const { smallest, finished } = await searched(() => ++met % 4 === 0);
    expect(smallest?.size.events).toBeGreaterThan(3);
    expect(finished).toBe(true);
  });

  it('ends when the runs are spent, the tries at the end among them', async () => {
    const { smallest, finished, runs, ran } = await searched(() => true, { runs: 6 });
    expect(finished).toBe(false);
    expect(runs).toBe(6);
    expect(smallest?.size).toEqual(ran[3]?.size);
    expect(ran.slice(4).map(({ size }) => size)).toEqual([smallest?.size, smallest?.size]);
    expect(smallest).toMatchObject({ broke: 3, tried: 3 });
  });

  it.each([0, 1, 2, 3])('makes no more than %i runs', async (most) => {
    const { smallest, runs, finished } = await searched(() => false, { runs: most });
    expect(runs).toBeLessThanOrEqual(most);
    expect(finished).toBe(false);
    expect(smallest).toBeUndefined();
  });

  it('never runs anything that is larger than the one before it that broke', async () => {
    const needs = enough({ events: 700, people: 9, faults: ['queue-cut'], crashPoints: ['merge:after-freeze'] });
    const { ran } = await searched(needs);
    let kept = start;
    for (const { size, broke } of ran) {
      expect(enough(size)(kept)).toBe(true);
      if (broke) kept = size;
    }
  });
});

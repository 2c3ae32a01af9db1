import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Wish } from './lead.js';
import { type Found, type Look, Rounds } from './rounds.js';

const FREE: Found = { isFree: true, isHeld: false, isBehind: false };
const HELD: Found = { isFree: false, isHeld: true, isBehind: false };
let looks: number[];
let wishes: Wish[];
let busy: number;
let look: () => Promise<Look>;
let told: string[];
let rounds: Rounds;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  looks = [];
  wishes = [];
  busy = 0;
  look = async () => ({ leader: 'nobody', found: [FREE, HELD] });
  told = [];
  rounds = over(16);
});
afterEach(() => vi.useRealTimers());

function over(partitions: number): Rounds {
  return new Rounds(
    (wish) => {
      wishes.push(wish);
      looks.push(Math.round(performance.now()));
      return look();
    },
    { wish: () => 'lead', told: (leader) => told.push(leader) },
    () => busy,
    partitions,
  );
}

/** Asks for the next look and lets time pass until it is there. */
async function next(partition: number): Promise<Found> {
  const found = rounds.next(partition);
  found.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
  return found;
}

it('are on for a moment after each batch', async () => {
  expect(rounds.areOn).toBe(false);
  rounds.taken();
  await vi.advanceTimersByTimeAsync(49);
  expect(rounds.areOn).toBe(true);
  rounds.taken();
  await vi.advanceTimersByTimeAsync(49);
  expect(rounds.areOn).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(rounds.areOn).toBe(false);
});

it('look once for all partitions that ask', async () => {
  expect(await Promise.all([next(0), next(1), next(0)])).toEqual([FREE, HELD, FREE]);
  expect(looks).toHaveLength(1);
  expect(wishes).toEqual(['lead']);
});

it('look now and then also where every batch follows another and nobody asks', async () => {
  await next(0);
  for (let ms = 0; ms < 1_200; ms += 10) {
    rounds.taken();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(looks).toHaveLength(3);
});

it('say that a process leaves, and want nothing after it', async () => {
  await rounds.leave();
  await next(0);
  expect(wishes).toEqual(['leave', 'leave']);
});

it.each([
  ['4 ms while nothing is in work', 0, 16, 4],
  ['8 ms while something is', 3, 16, 8],
  ['32 ms where there are very many partitions', 0, 1_024, 32],
])('come every %s', async (_name, inWork, partitions, every) => {
  busy = inWork;
  rounds = over(partitions);
  for (let n = 0; n < 4; n++) {
    const found = rounds.next(0);
    await vi.advanceTimersToNextTimerAsync();
    await found;
  }
  const gaps = looks.slice(1).map((at, n) => at - (looks[n] as number));
  expect(gaps).toEqual([every, every, every]);
});

it('fail those who asked, and look again', async () => {
  const good = look;
  look = () => Promise.reject(new Error('away'));
  await expect(next(0)).rejects.toThrow('away');
  look = good;
  expect(await next(0)).toEqual(FREE);
});

it('take, while another leads, only what has waited since the look before, and leave the rest to it', async () => {
  const nothing: Found = { isFree: false, isHeld: false, isBehind: false };
  const led = (...oldest: (string | undefined)[]) => {
    look = async () => ({ leader: 'another', found: [FREE, HELD, FREE], oldest });
  };
  const all = async () => {
    const found = Promise.all([rounds.next(0), rounds.next(1), rounds.next(2)]);
    await vi.advanceTimersToNextTimerAsync();
    return found;
  };
  led('a', 'b', undefined);
  expect(await all()).toEqual([nothing, nothing, nothing]);
  led('c', 'b', 'd');
  expect(await all()).toEqual([nothing, HELD, nothing]);
  led('c', 'e', 'd');
  expect(await all()).toEqual([FREE, nothing, FREE]);
  expect(looks.slice(1).map((at, n) => at - (looks[n] as number))).toEqual([100, 100]);
  expect(told).toEqual(['another', 'another', 'another']);
});

it('take, while another leads, what it does not get on with', async () => {
  const behind = { ...FREE, isBehind: true };
  look = async () => ({
    leader: 'another',
    found: [FREE, behind, { ...HELD, isBehind: true }],
    oldest: ['a', 'b', 'c'],
  });
  expect(await Promise.all([next(0), next(1), next(2)])).toEqual([
    { isFree: false, isHeld: false, isBehind: false },
    behind,
    { ...HELD, isBehind: true },
  ]);
});

it('stay on while another leads, and are what they were when it has gone', async () => {
  look = async () => ({ leader: 'another', found: [FREE], oldest: ['a'] });
  await next(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rounds.areOn).toBe(true);
  look = async () => ({ leader: 'nobody', found: [FREE] });
  expect(await next(0)).toEqual(FREE);
  expect(rounds.areOn).toBe(false);
});

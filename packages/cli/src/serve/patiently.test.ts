import { QueueUnavailable, StoreUnavailable } from '@tributary/engine';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { patiently, WITHOUT_END } from './patiently.js';

const complained: string[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  complained.length = 0;
  vi.spyOn(console, 'error').mockImplementation((line: string) => void complained.push(line));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('tries again while the queue or the store is away, and says so', async () => {
  const work = vi.fn(async () => 'done');
  work.mockRejectedValueOnce(new QueueUnavailable('Redis is away.'));
  work.mockRejectedValueOnce(new StoreUnavailable('The store is away.'));
  const done = patiently(30_000, work);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await done).toBe('done');
  expect(work).toHaveBeenCalledTimes(3);
  expect(complained).toEqual(['Redis is away. It is tried again for 30 s.']);
});

it('throws any other error at once, and that of the server when its time is over', async () => {
  const changed = Object.assign(new Error('changed'), { code: 'PARTITIONS_CHANGED' });
  await expect(patiently(WITHOUT_END, () => Promise.reject(changed))).rejects.toBe(changed);
  const work = vi.fn(() => Promise.reject(new StoreUnavailable('away')));
  const ended = expect(patiently(2_500, work)).rejects.toThrow('away');
  await vi.advanceTimersByTimeAsync(5_000);
  await ended;
  expect(work).toHaveBeenCalledTimes(3);
});

it('says it again each half minute while it waits without end', async () => {
  const work = vi.fn<() => Promise<string>>(() => Promise.reject(new StoreUnavailable('away.')));
  const done = patiently(WITHOUT_END, work);
  await vi.advanceTimersByTimeAsync(65_000);
  expect(complained).toEqual(Array(3).fill('away. It is tried again until it can be.'));
  work.mockResolvedValue('done');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await done).toBe('done');
});

import { expect, it, vi } from 'vitest';
import { QueueUnavailable } from '../queue/port.js';
import { StoreUnavailable } from '../storage/port.js';
import { whenThere } from './waiting.js';

const away = vi.fn();
const running = { isStopped: () => false, onAway: away };

it('does it once more while the queue or the store is away, and says so once', async () => {
  const work = vi.fn(async () => 'done');
  work.mockRejectedValueOnce(new QueueUnavailable('away')).mockRejectedValueOnce(new StoreUnavailable('away'));
  expect(await whenThere(running, work)).toBe('done');
  expect(work).toHaveBeenCalledTimes(3);
  expect(away.mock.calls).toEqual([[new QueueUnavailable('away')]]);
});

it('throws any other error at once', async () => {
  const changed = Object.assign(new Error('changed'), { code: 'PARTITIONS_CHANGED' });
  await expect(whenThere(running, async () => Promise.reject(changed))).rejects.toBe(changed);
});

it('ends when the process is stopped', async () => {
  let asked = 0;
  const work = vi.fn(async () => Promise.reject(new QueueUnavailable('away')));
  expect(await whenThere({ ...running, isStopped: () => ++asked > 2 }, work)).toBeUndefined();
  expect(asked).toBe(3);
  expect(work).toHaveBeenCalledTimes(2);
});

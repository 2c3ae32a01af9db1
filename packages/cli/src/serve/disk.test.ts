import { expect, it, vi } from 'vitest';
import { watchDisk } from './disk.js';

it('says once that a disk is full, and once that it has room again', async () => {
  vi.useFakeTimers();
  try {
    let free = 10_000_000;
    const said: string[] = [];
    const stop = watchDisk(
      '/data',
      async () => free,
      (sentence) => said.push(sentence),
      1_000,
    );
    await vi.advanceTimersByTimeAsync(3_000);
    expect(said).toEqual([]);
    free = 60_000;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(said).toEqual([expect.stringContaining('The disk of the database is full: make room where /data is.')]);
    free = 10_000_000;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(said).toHaveLength(2);
    stop();
    free = 0;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(said).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

import { afterEach, expect, test, vi } from 'vitest';
import { memoryStore } from '../testing/bench.js';
import { SourceList } from './sources.js';

afterEach(() => {
  vi.useRealTimers();
});

test('a key that another process has switched off is refused after a moment, also when the clock was set back', async () => {
  const store = await memoryStore();
  await store.open();
  const here = new SourceList(store);
  const there = new SourceList(store);
  const { id, writeKeys } = await here.create({ name: 'Shop' });
  const key = writeKeys[0] as string;
  expect((await here.byWriteKey(key))?.id).toBe(id);
  await there.update(id, { enabled: false });
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() - 3 * 3_600_000);
  // The first call after the list has become old is still answered by it, and has it read again.
  await expect.poll(() => here.byWriteKey(key), { timeout: 4_000, interval: 100 }).toBeUndefined();
});

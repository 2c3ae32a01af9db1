import type { Json } from '@tributary/sdk';
import { expect, it } from 'vitest';
import { StoreUnavailable } from '../storage/port.js';
import { HELD, memoryStore, pipelineBench } from '../testing/bench.js';
import { crashAt } from '../testing/hooks.js';

const track = (event: string): Json => ({ type: 'track', event, userId: 'u', messageId: event });

it('an event that is in its profile is not given up, wherever the worker died after it', async () => {
  const bench = await pipelineBench({ store: await memoryStore() });
  const batch = bench.batch([track('a'), track('b')]);
  for (const attempt of [1, 2, 3]) {
    await crashAt('part:before-commit', () => bench.process(batch, { ...HELD, attempt }));
  }
  // Taken event by event now: twice the worker dies when the first one is written.
  for (const attempt of [4, 5]) {
    await crashAt('batch:between-parts', () => bench.process(batch, { ...HELD, attempt }));
  }
  await bench.process(batch, { ...HELD, attempt: 6 });
  expect((await bench.profiles.byIdentifier('userId:u'))?.sequence).toBe(2);
  expect((await bench.store.listDeadLetters({ limit: 10 })).items).toEqual([]);
  expect((await bench.store.accounting()).counts).toMatchObject({ applied: 2, deadLettered: 0 });
  await bench.close();
});

it('an event is not given up because the store was away again and again while it was in work', async () => {
  const store = await memoryStore();
  let away = false;
  const commit: typeof store.commit = (part) =>
    away ? Promise.reject(new StoreUnavailable('away')) : store.commit(part);
  const bench = await pipelineBench({ store: { ...store, commit } });
  const batch = bench.batch([track('a'), track('b')]);
  // It did kill its worker several times, so it is taken event by event.
  for (const attempt of [1, 2, 3]) {
    await crashAt('part:before-commit', () => bench.process(batch, { ...HELD, attempt }));
  }
  const lease = { ...HELD, attempt: 4 };
  away = true;
  for (; lease.attempt < 8; lease.attempt++) {
    await expect(bench.process(batch, lease)).rejects.toThrow(StoreUnavailable);
  }
  away = false;
  await bench.process(batch, lease);
  expect((await bench.store.listDeadLetters({ limit: 10 })).items).toEqual([]);
  expect((await bench.store.accounting()).counts).toMatchObject({ applied: 2, deadLettered: 0 });
  await bench.close();
});

it('a batch whose store was away is not suspected: it is taken as a whole', async () => {
  const store = await memoryStore();
  let commits = 0;
  const commit: typeof store.commit = (part) =>
    commits++ < 6 ? Promise.reject(new StoreUnavailable('away')) : store.commit(part);
  const bench = await pipelineBench({ store: { ...store, commit } });
  const batch = bench.batch([track('a'), track('b')]);
  const lease = { ...HELD, attempt: 1 };
  for (; lease.attempt <= 6; lease.attempt++) {
    await expect(bench.process(batch, lease)).rejects.toThrow(StoreUnavailable);
  }
  await bench.process(batch, lease);
  expect(commits).toBe(7);
  await bench.close();
});

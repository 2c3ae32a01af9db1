import type { Json } from '@tributary/sdk';
import { expect, it } from 'vitest';
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

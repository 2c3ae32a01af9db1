import { expect, it } from 'vitest';
import type { Batch } from '../events/batch.js';
import { PartBatches } from './part-batches.js';

const named = (id: string, partition: number) => ({ id, partition, createdAt: 0 }) as Batch;
const [a, b, c, x] = [named('batch-a1b2c3', 1), named('batch-d4e5f6', 1), named('batch-a7b8c9', 1), named('a', 2)];

it('says of a batch what comes before it in its partition and is written with it', () => {
  const part = new PartBatches([a, x, a, b, c], false);
  expect([a, x, b, c].map((batch) => part.nameOf(batch))).toEqual([
    { partition: 1, batch: 'batch-a1b2c3' },
    { partition: 2, batch: 'a' },
    { partition: 1, batch: 'batch-d4e5f6', after: ['a1b2c3'] },
    { partition: 1, batch: 'batch-a7b8c9', after: ['a1b2c3', 'd4e5f6'] },
  ]);
  expect(new PartBatches([a, b], true).nameOf(b)).toEqual({ partition: 1, batch: 'batch-d4e5f6' });
});

it('keeps what is its own, of other partitions, or later', () => {
  const together = new PartBatches([a, b, c, x], false);
  const names = [a, b, c, x].map((batch) => together.nameOf(batch));
  const kept = (batch: Batch) => names.map((name) => new PartBatches([batch], false).keeps(name));
  expect(kept(a)).toEqual([true, true, true, true]);
  expect(kept(b)).toEqual([false, true, true, true]);
  expect(kept(c)).toEqual([false, false, true, true]);
  expect(kept(x)).toEqual([true, true, true, true]);
  expect(kept(named('batch-000000', 1))).toEqual([false, false, false, true]);
});

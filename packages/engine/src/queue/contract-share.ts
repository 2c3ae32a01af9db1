import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PARTITIONS } from './contract-address.js';
import { addNumbered, drained, type MakeBed, upTo } from './contract-bed.js';
import type { Queue } from './port.js';

/** Several processes at a time: whoever comes later has work, too. */
export function shareContract(name: string, make: MakeBed): void {
  describe(`sharing ${name}`, () => {
    it.each([
      [10, 150],
      [60, 40],
    ])('gives a worker that comes later its part of what waits: %i ms each, %i batches', async (ms, batches) => {
      const bed = await make();
      onTestFinished(() => bed.close());
      const queue = await bed.open();
      for (let partition = 0; partition < PARTITIONS; partition++) await addNumbered(queue, partition, batches);
      const done: { by: string; partition: number; n: number }[] = [];
      const workAs = (by: string, at: Queue) =>
        at.work(async ({ partition, accepted }) => {
          await sleep(ms);
          done.push({ by, partition, n: accepted });
        });
      workAs('first', queue);
      await vi.waitFor(() => expect(done.length).toBeGreaterThan(PARTITIONS));
      workAs('second', await bed.open());
      await drained(queue);
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const order = done.filter((each) => each.partition === partition).map(({ n }) => n);
        expect(order).toEqual(upTo(batches));
      }
      // By chance it is about half; without a turn of its own it would get a batch or two.
      expect(done.filter(({ by }) => by === 'second').length).toBeGreaterThan((PARTITIONS * batches) / 10);
    });
  });
}

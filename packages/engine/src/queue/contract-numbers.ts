import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PARTITIONS } from './contract-address.js';
import { drained, type MakeBed, numbered, type QueueBed, sealed } from './contract-bed.js';

/** How many partitions a deployment has, and what becomes of them when the number changes. */
export function numbersContract(makeBed: MakeBed): void {
  describe('its number of partitions', () => {
    let bed: QueueBed;
    beforeEach(async () => {
      bed = await makeBed();
    });
    afterEach(() => bed.close());

    it('refuses another number of partitions than it was created with', async () => {
      await bed.open();
      await expect(bed.open({ partitions: 3 })).rejects.toMatchObject({
        code: 'PARTITIONS_CHANGED',
        path: 'TRIBUTARY_PARTITIONS',
      });
    });

    it('has the number that it was created with when none is given', async () => {
      await bed.open();
      expect(await bed.open({ partitions: undefined })).toMatchObject({
        partitions: PARTITIONS,
        allPartitions: PARTITIONS,
      });
    });

    it('has another number once it is set, and works off what the partitions of before still hold', async () => {
      const before = await bed.open();
      await before.setPartitions(5);
      await before.add(1, sealed(numbered(1, 0)));
      const more = await bed.open({ partitions: 5 });
      await more.add(4, sealed(numbered(4, 1)));
      await more.setPartitions(1);
      await expect(bed.open({ partitions: 5 })).rejects.toMatchObject({ code: 'PARTITIONS_CHANGED' });
      const fewer = await bed.open({ partitions: undefined });
      expect(fewer).toMatchObject({ partitions: 1, allPartitions: 5 });
      const done: number[] = [];
      fewer.work(async ({ partition }) => void done.push(partition));
      await drained(fewer);
      // A wait or an emitted event of before comes back into its partition.
      await fewer.add(3, sealed(numbered(3, 2)));
      await drained(fewer);
      expect(done.sort()).toEqual([1, 3, 4]);
      await expect(fewer.setPartitions(0)).rejects.toMatchObject({ code: 'PARTITIONS_INVALID' });
      expect((await bed.open({ partitions: undefined })).partitions).toBe(1);
    });

    it('must be there for whoever makes no deployment', async () => {
      await expect(bed.open({ partitions: undefined, mustExist: true })).rejects.toMatchObject({
        code: 'NO_DEPLOYMENT',
      });
      await bed.open();
      expect((await bed.open({ partitions: undefined, mustExist: true })).partitions).toBe(PARTITIONS);
    });

    it('is confirmed until somebody has changed it', async () => {
      const queue = await bed.open();
      await queue.confirmPartitions();
      await queue.setPartitions(3);
      await expect(queue.confirmPartitions()).rejects.toMatchObject({ code: 'PARTITIONS_CHANGED' });
    });
  });
}

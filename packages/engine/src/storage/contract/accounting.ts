import { describe, expect, it } from 'vitest';
import { aCommit, aReceipt, newId } from './builders.js';
import type { Subject } from './subject.js';

export function accountingContract(subject: Subject): void {
  describe('accounting', () => {
    it('sums the receipts, and keeps the highest running count of each producer and partition', async () => {
      const before = await subject.store.accounting();
      const producer = newId();
      const counts = { applied: 5, duplicate: 4, quarantined: 3, deadLettered: 2, emitted: 1 };
      for (const [partition, accepted] of [
        [0, 10],
        [0, 7],
        [2, 1],
      ] as const) {
        const batch = newId();
        const nodes = { 'f@1/copy/out': 2, 'f@1/tell/error': 1, ['__proto__']: 3, 'nul\0\ud800': 1 };
        const receipt = aReceipt(batch, { partition, producer, accepted, counts, nodes });
        await subject.store.commit(aCommit({ batch, partition, receipts: [receipt] }));
      }
      const after = await subject.store.accounting();
      for (const key of ['applied', 'duplicate', 'quarantined', 'deadLettered', 'emitted'] as const) {
        expect(after.counts[key] - before.counts[key]).toBe(3 * counts[key]);
      }
      expect(after.accepted[`${producer}/0`]).toBe(10);
      expect(after.accepted[`${producer}/2`]).toBe(1);
      const nodes = new Map(Object.entries(after.nodes));
      const earlier = new Map(Object.entries(before.nodes));
      for (const [key, n] of [
        ['f@1/copy/out', 6],
        ['f@1/tell/error', 3],
        ['__proto__', 9],
        ['nul\0\ud800', 3],
      ] as const) {
        expect((nodes.get(key) ?? 0) - (earlier.get(key) ?? 0)).toBe(n);
      }
    });

    it('says which batches are in the sums', async () => {
      const [done, open] = [newId(), newId()];
      const receipt = aReceipt(done, { partition: 4 });
      await subject.store.commit(aCommit({ batch: done, partition: 4, receipts: [receipt] }));
      const asked = [done, open].map((id) => ({ id, partition: 4 }));
      expect([...(await subject.store.accounting(asked)).counted]).toEqual([done]);
      expect([...(await subject.store.accounting()).counted]).toEqual([]);
    });

    it('takes counts that go down, as a replay makes them', async () => {
      const batch = newId();
      const counts = { applied: 1, duplicate: 0, quarantined: -1, deadLettered: 0, emitted: 0 };
      const before = await subject.store.accounting();
      await subject.store.commit(aCommit({ batch, receipts: [aReceipt(batch, { counts })] }));
      const after = await subject.store.accounting();
      expect(after.counts.quarantined - before.counts.quarantined).toBe(-1);
    });
  });
}

import { describe, expect, it } from 'vitest';
import { aCommit, aDelivery, anEmit, aProfile, aReceipt, iso, newId, stored } from './builders.js';
import { put } from './drain.js';
import type { Subject } from './subject.js';

const HOUR = 3_600_000;

export function lifecycleContract(subject: Subject): void {
  describe('cleaning', () => {
    it('drops claims and receipts that are older than their window, and no others', async () => {
      const { store } = subject;
      const [batch, id] = [newId(), `web:${newId()}`];
      await store.claimMessages([{ id, batch }]);
      await store.commit(aCommit({ batch, receipts: [aReceipt(batch)] }));
      const now = Date.now();
      await store.clean({ now, claimsBefore: now - HOUR });
      expect(await store.hasReceipt({ id: batch, partition: 0 })).toBe(true);
      const other = { id, batch: newId() };
      expect(await store.claimMessages([other])).toEqual([{ id, batch }]);
      await store.clean({ now, claimsBefore: now + HOUR });
      expect(await store.hasReceipt({ id: batch, partition: 0 })).toBe(false);
      expect(await store.claimMessages([other])).toEqual([other]);
    });

    it('does not change the accounting', async () => {
      const { store } = subject;
      const batch = newId();
      await store.commit(aCommit({ batch, receipts: [aReceipt(batch, { nodes: { 'kept@1/a/out': 4 } })] }));
      const before = await store.accounting();
      for (let i = 0; i < 2; i++) await store.clean({ now: Date.now(), claimsBefore: Date.now() + HOUR });
      expect(await store.accounting()).toEqual(before);
      const later = newId();
      await store.commit(aCommit({ batch: later, receipts: [aReceipt(later, { nodes: { 'kept@1/a/out': 1 } })] }));
      const after = await store.accounting();
      expect(after.counts.applied - before.counts.applied).toBe(2);
      expect(after.nodes['kept@1/a/out']).toBe((before.nodes['kept@1/a/out'] ?? 0) + 1);
    });

    it('drops waits and emitted events that are over, and keeps deliveries and what is open', async () => {
      const over = [aDelivery({ kind: 'wait', destination: newId() }), anEmit(), aDelivery({ destination: newId() })];
      await put(subject, over);
      const query = { now: Date.now(), leaseMs: 9000, lease: newId(), limit: 1000, destinations: 1000, except: [] };
      await subject.store.leaseDeliveries(query);
      for (const { key } of over) {
        await subject.store.settleDelivery(key, query.lease, { status: 'delivered', now: iso() });
      }
      const open = [aDelivery({ kind: 'wait', destination: newId() }), anEmit()];
      await put(subject, open);
      const kept = async () => {
        const rows = await Promise.all([...over, ...open].map(({ key }) => subject.store.getDelivery(key)));
        return rows.map((row) => row !== undefined);
      };
      await subject.store.clean({ now: Date.now(), claimsBefore: Date.now() - HOUR });
      expect(await kept()).toEqual([true, true, true, true, true]);
      await subject.store.clean({ now: Date.now(), claimsBefore: Date.now() + HOUR });
      expect(await kept()).toEqual([false, false, true, true, true]);
    });
  });

  describe('the store', () => {
    it('says that it takes writes, and can be opened again while it is open', async () => {
      await subject.store.check();
      await subject.store.open();
      expect(subject.store.name).not.toBe('');
    });

    it('keeps everything over a close, where its data is not in memory only', async () => {
      const batch = newId();
      const profile = aProfile();
      const events = [stored(profile.id)];
      const entry = aDelivery({ destination: newId() });
      const doc = { id: `userId:${newId()}`, profile: profile.id, rev: 1 };
      const claim = { id: `web:${newId()}`, batch };
      await subject.store.claimMessages([claim]);
      await subject.store.claimIdentifiers([doc]);
      const receipt = aReceipt(batch);
      const outbox = [{ profile: profile.id, entry }];
      await subject.store.commit(aCommit({ batch, profiles: [profile], events, outbox, receipts: [receipt] }));
      await subject.store.putRecord('kept', batch, 1, 'body');
      const sums = await subject.store.accounting();
      if (!(await subject.reopen())) return;
      const { store } = subject;
      expect(await store.claimMessages([{ ...claim, batch: newId() }])).toEqual([claim]);
      expect((await store.findIdentifiers([doc.id])).get(doc.id)).toEqual(doc);
      expect((await store.loadProfiles([profile.id])).get(profile.id)).toEqual(profile);
      expect((await store.profileEvents([profile.id], { limit: 5 })).items).toEqual(events);
      expect((await store.getDelivery(entry.key))?.entry).toEqual(entry);
      expect(await store.hasReceipt({ id: batch, partition: 0 })).toBe(true);
      expect((await store.getRecord('kept', batch))?.body).toBe('body');
      expect(await store.accounting()).toEqual(sums);
    });
  });
}

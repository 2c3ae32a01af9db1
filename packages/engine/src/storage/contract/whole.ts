import { describe, expect, it } from 'vitest';
import type { Profile } from '../../profiles/profile.js';
import { aCommit, aProfile, aReceipt, newId, next, stored } from './builders.js';
import type { Subject } from './subject.js';

/** A commit that is written as a whole or not at all, where a store has that. */
export function wholeContract(subject: Subject): void {
  const load = async (id: string) => (await subject.store.loadProfiles([id])).get(id);
  const timeline = async (id: string) => (await subject.store.profileEvents([id], { limit: 100 })).items;
  /** Stores that cannot say so, rather than write a part of it. */
  const refused = () => expect(subject.store.commit({ ...aCommit({}), whole: true })).rejects.toThrow('whole');

  describe('a commit as a whole', () => {
    it('writes nothing at all when a profile is in conflict or a batch counted already; or it is refused', async () => {
      if (!subject.store.look) return refused();
      const [good, bad] = [aProfile(), aProfile()];
      await subject.store.replaceProfile(bad);
      await subject.store.replaceProfile(next(bad, { sequence: 77 }));
      const [batch, other, third, fourth] = [newId(), newId(), newId(), newId()];
      const joined = [
        { batch: other, partition: 0, producer: `p-${other}`, accepted: 7 },
        { batch: third, partition: 0, producer: `p-${other}`, accepted: 9 },
        { batch: fourth, partition: 5, producer: `p-${other}`, accepted: 4 },
      ];
      const make = (profiles: Profile[]) =>
        aCommit({
          batch,
          profiles,
          events: [stored(good.id), stored(bad.id)],
          receipt: { ...aReceipt(batch), joined },
          whole: true,
        });
      const { conflicts, undone } = await subject.store.commit(make([good, next(bad)]));
      expect(conflicts.sort()).toEqual([good.id, bad.id].sort());
      expect(undone).toBe(true);
      expect(await load(good.id)).toBeUndefined();
      expect(await timeline(good.id)).toEqual([]);
      expect(
        await subject.store.hasReceipt(
          { id: batch, partition: 0 },
          { id: other, partition: 0 },
          { id: third, partition: 0 },
        ),
      ).toBe(false);

      expect(await subject.store.commit(make([good]))).toEqual({ conflicts: [] });
      for (const each of [batch, other, third])
        expect(await subject.store.hasReceipt({ id: each, partition: 0 })).toBe(true);
      expect(await subject.store.hasReceipt({ id: newId(), partition: 0 }, { id: third, partition: 0 })).toBe(true);
      expect(await subject.store.hasReceipt({ id: fourth, partition: 5 })).toBe(true);
      const { accepted } = await subject.store.accounting();
      expect([accepted[`p-${other}/0`], accepted[`p-${other}/5`]]).toEqual([9, 4]);

      const [counted, fresh] = [newId(), newId()];
      await subject.store.commit(aCommit({ batch: counted, receipt: aReceipt(counted) }));
      const before = await subject.store.accounting();
      for (const [first, second] of [
        [counted, fresh],
        [fresh, counted],
      ] as const) {
        const others = [{ batch: second, partition: 1, producer: newId(), accepted: 3 }];
        const commit = aCommit({ batch: first, receipt: { ...aReceipt(first), joined: others }, whole: true });
        expect(await subject.store.commit(commit)).toEqual({ conflicts: [], undone: true });
      }
      expect(await subject.store.hasReceipt({ id: fresh, partition: 0 })).toBe(false);
      expect(await subject.store.accounting()).toEqual(before);
    });

    it('claims its messages, and writes nothing when another batch has one of them', async () => {
      if (!subject.store.look) return refused();
      const [free, taken, batch, other] = [newId(), newId(), newId(), newId()];
      await subject.store.claimMessages([{ id: taken, batch: other }]);
      const make = (profile: Profile, ids: string[]) =>
        aCommit({
          batch,
          profiles: [profile],
          receipt: aReceipt(batch),
          claims: ids.map((id) => ({ id, batch, ...(id === free && { state: 'quarantined' as const }) })),
          whole: true,
        });
      const profile = aProfile();
      expect(await subject.store.commit(make(profile, [free, taken]))).toMatchObject({ undone: true });
      const ask = { batches: [{ id: batch, partition: 0 }], claims: [free, taken], identifiers: [], profiles: [] };
      const before = await subject.store.look({ ...ask, profiles: [profile.id] });
      expect(before).toEqual({
        isDone: false,
        claims: new Map([[taken, { id: taken, batch: other }]]),
        identifiers: new Map(),
        profiles: new Map(),
      });
      expect(await subject.store.commit(make(profile, [free]))).toEqual({ conflicts: [] });
      const after = await subject.store.look({ ...ask, profiles: [profile.id] });
      expect(after.isDone).toBe(true);
      expect(after.claims.get(free)).toEqual({ id: free, batch, state: 'quarantined' });
      expect(after.profiles.get(profile.id)).toEqual(profile);
      const elsewhere = await subject.store.look({ ...ask, batches: [{ id: batch, partition: 1 }] });
      expect(elsewhere.isDone).toBe(false);
    });

    it('begins with a look at identifiers and the profiles that they name', async () => {
      if (!subject.store.look) return refused();
      const [named, unnamed] = [aProfile(), aProfile()];
      await subject.store.commit(aCommit({ profiles: [named, unnamed] }));
      const doc = { id: `userId:${newId()}`, profile: named.id, rev: 1 };
      const bare = { id: `userId:${newId()}\0`, profile: newId(), rev: 1 };
      await subject.store.claimIdentifiers([doc, bare]);
      const identifiers = [doc.id, bare.id, `userId:${newId()}`];
      const found = await subject.store.look({ batches: [], claims: [], identifiers, profiles: [] });
      expect([...found.identifiers.values()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        [doc, bare].sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
      expect(found.profiles).toEqual(new Map([[named.id, named]]));
      const both = await subject.store.look({ batches: [], claims: [], identifiers, profiles: [unnamed.id] });
      expect([...both.profiles.keys()].sort()).toEqual([named.id, unnamed.id].sort());
    });
  });
}

import { describe, expect, it } from 'vitest';
import type { Profile } from '../../profiles/profile.js';
import { aCommit, aProfile, aReceipt, aRejected, newId, next, stored } from './builders.js';
import type { Subject } from './subject.js';

/** Batches that are done together: what they begin with, and a commit that is written as a whole or not at all, where a store has that. */
export function wholeContract(subject: Subject): void {
  const load = async (id: string) => (await subject.store.loadProfiles([id])).get(id);
  const timeline = async (id: string) => (await subject.store.profileEvents([id], { limit: 100 })).items;
  /** Stores that cannot say so, rather than write a part of it. */
  const refused = () => expect(subject.store.commit({ ...aCommit({}), whole: true })).rejects.toThrow('whole');

  describe('a commit as a whole', () => {
    it('writes nothing at all when a profile is in conflict or a batch counted already; or it is refused', async () => {
      if (!subject.store.writesWhole) return refused();
      const [good, bad] = [aProfile(), aProfile()];
      await subject.store.replaceProfile(bad);
      await subject.store.replaceProfile(next(bad, { sequence: 77 }));
      const [batch, other, third, fourth] = [newId(), newId(), newId(), newId()];
      const receipts = [
        aReceipt(batch),
        aReceipt(other, { producer: `p-${other}`, accepted: 7 }),
        aReceipt(third, { producer: `p-${other}`, accepted: 9 }),
        aReceipt(fourth, { partition: 5, producer: `p-${other}`, accepted: 4 }),
      ];
      const make = (profiles: Profile[]) =>
        aCommit({
          batch,
          profiles,
          events: [stored(good.id), stored(bad.id)],
          receipts,
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
      await subject.store.commit(aCommit({ batch: counted, receipts: [aReceipt(counted)] }));
      const before = await subject.store.accounting();
      for (const [first, second] of [
        [counted, fresh],
        [fresh, counted],
      ] as const) {
        const receipts = [aReceipt(first), aReceipt(second, { partition: 1 })];
        const commit = aCommit({ batch: first, receipts, whole: true });
        expect(await subject.store.commit(commit)).toEqual({ conflicts: [], undone: true });
      }
      expect(await subject.store.hasReceipt({ id: fresh, partition: 0 })).toBe(false);
      expect(await subject.store.accounting()).toEqual(before);
    });

    it('claims its messages, and writes nothing when another batch has one of them', async () => {
      if (!subject.store.writesWhole) return refused();
      const [free, taken, batch, other] = [newId(), newId(), newId(), newId()];
      await subject.store.claimMessages([{ id: taken, batch: other }]);
      const make = (profile: Profile, ids: string[]) =>
        aCommit({
          batch,
          profiles: [profile],
          receipts: [aReceipt(batch)],
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
  });

  describe('several batches', () => {
    it('are counted once each with a commit of theirs, whoever of them is repeated', async () => {
      const [first, second, elsewhere] = [newId(), newId(), newId()];
      const node = `together@1/${first}/out`;
      const counts = { applied: 3, duplicate: 1, quarantined: 0, deadLettered: 0, emitted: 1 };
      const receipts = [
        aReceipt(first, { partition: 6, producer: `p-${first}`, accepted: 4, counts, nodes: { [node]: 2 } }),
        aReceipt(second, { partition: 6, producer: `p-${first}`, accepted: 9, nodes: { [node]: 1 } }),
        aReceipt(elsewhere, { partition: 7, producer: `p-${first}`, accepted: 5, nodes: { [node]: 4 } }),
      ];
      const before = await subject.store.accounting();
      await subject.store.commit(aCommit({ batch: first, partition: 6, receipts }));
      const after = await subject.store.accounting([{ id: second, partition: 6 }]);
      expect(after.counts.applied - before.counts.applied).toBe(7);
      expect(after.counts.emitted - before.counts.emitted).toBe(1);
      expect(after.nodes[node]).toBe(7);
      expect([after.accepted[`p-${first}/6`], after.accepted[`p-${first}/7`]]).toEqual([9, 5]);
      expect(after.counted).toEqual(new Set([second]));
      for (const { batch, partition } of receipts)
        expect(await subject.store.hasReceipt({ id: newId(), partition }, { id: batch, partition })).toBe(true);
      // Each by itself, as when the worker died before it could take them out of the queue.
      for (const receipt of receipts.toReversed()) {
        const { batch, partition } = receipt;
        await subject.store.commit(aCommit({ batch, partition, receipts: [receipt] }));
      }
      expect(await subject.store.accounting([{ id: second, partition: 6 }])).toEqual(after);
    });

    it('say of the claims of each what was put aside', async () => {
      const [first, second] = [newId(), newId()];
      const rows = [aRejected(), aRejected(), aRejected()] as const;
      const claims = rows.map(({ source, messageId }, n) => {
        return { id: `${source}:${messageId}`, batch: [first, second, newId()][n] as string };
      });
      await subject.store.claimMessages(claims);
      const receipts = [aReceipt(first), aReceipt(second)];
      await subject.store.commit(aCommit({ batch: first, quarantine: [...rows], receipts }));
      const answers = await subject.store.claimMessages(claims);
      expect(answers.map(({ state }) => state)).toEqual(['quarantined', 'quarantined', undefined]);
    });

    it('begin with a look at receipts and claims', async () => {
      const [batch, open, mine, theirs] = [newId(), newId(), newId(), newId()];
      const ask = { claims: [mine, theirs, newId()], identifiers: [], profiles: [] };
      const look = (id: string, partition = 0) => subject.store.look({ ...ask, batches: [{ id, partition }] });
      await subject.store.claimMessages([{ id: mine, batch }]);
      await subject.store.claimMessages([{ id: theirs, batch: open }]);
      await subject.store.commit(aCommit({ batch, receipts: [aReceipt(batch)] }));
      const claims = new Map([
        [mine, { id: mine, batch }],
        [theirs, { id: theirs, batch: open }],
      ]);
      expect(await look(batch)).toEqual({ isDone: true, claims, identifiers: new Map(), profiles: new Map() });
      for (const [id, partition] of [
        [batch, 1],
        [open, 0],
      ] as const)
        expect((await look(id, partition)).isDone).toBe(false);
    });

    it('begin with a look at identifiers and the profiles that they name', async () => {
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

import { describe, expect, it } from 'vitest';
import type { Profile } from '../../profiles/profile.js';
import { aCommit, aDelivery, aProfile, aReceipt, atOnce, newId, next, stored } from './builders.js';
import type { Subject } from './subject.js';

export function concurrencyContract(subject: Subject): void {
  describe('commits at once', () => {
    it('have one winner for each version, and only its events and deliveries', async () => {
      let profile = aProfile({ version: 0 });
      for (let round = 1; round <= 3; round++) {
        const commits = Array.from({ length: 16 }, (_, i) => {
          const state = next(profile, { sequence: round * 100 + i });
          const entry = aDelivery({ destination: newId() });
          return aCommit({
            profiles: [state],
            events: [stored(profile.id)],
            outbox: [{ profile: profile.id, entry }],
          });
        });
        const results = await Promise.all(commits.map((commit) => subject.store.commit(commit)));
        const won = commits.filter((_, i) => results[i]?.conflicts.length === 0);
        expect(won).toHaveLength(1);
        for (const commit of commits) {
          const row = await subject.store.getDelivery(commit.outbox[0]?.entry.key ?? '');
          expect(row !== undefined).toBe(commit === won[0]);
        }
        profile = won[0]?.profiles[0] as Profile;
        expect((await subject.store.loadProfiles([profile.id])).get(profile.id)).toEqual(profile);
      }
      expect((await subject.store.profileEvents([profile.id], { limit: 99 })).items).toHaveLength(3);
    });

    it('over the same profiles in opposite orders all end, with one winner for each profile', async () => {
      const profiles = Array.from({ length: 8 }, () => aProfile());
      for (const profile of profiles) await subject.store.replaceProfile(profile);
      const results = await atOnce(12, (i) => {
        const order = i % 2 ? [...profiles].reverse() : profiles;
        const states = order.map((profile) => next(profile, { sequence: 1000 + i }));
        return subject.store.commit(aCommit({ partition: i, profiles: states }));
      });
      for (const { id } of profiles) {
        expect(results.filter(({ conflicts }) => !conflicts.includes(id))).toHaveLength(1);
      }
    });

    it('of one batch leave one receipt', async () => {
      const batch = newId();
      const before = (await subject.store.accounting()).counts.applied;
      const receipt = aReceipt(batch, { nodes: { 'once@1/a/out': 1 } });
      await atOnce(8, () => subject.store.commit(aCommit({ batch, receipts: [receipt] })));
      const after = await subject.store.accounting();
      expect(after.counts.applied - before).toBe(2);
      expect(after.nodes['once@1/a/out']).toBe(1);
    });

    it('of several partitions all count', async () => {
      const before = (await subject.store.accounting()).counts.applied;
      await atOnce(16, (partition) => {
        const batch = newId();
        return subject.store.commit(
          aCommit({ batch, partition, receipts: [aReceipt(batch, { partition, nodes: { 'all@1/a/out': 2 } })] }),
        );
      });
      const after = await subject.store.accounting();
      expect(after.counts.applied - before).toBe(32);
      expect(after.nodes['all@1/a/out']).toBe(32);
    });
  });
}

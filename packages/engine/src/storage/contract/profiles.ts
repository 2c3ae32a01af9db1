import { describe, expect, it } from 'vitest';
import type { Profile } from '../../profiles/profile.js';
import type { LedgerEntry } from '../port.js';
import { aMark, aMerge, aProfile, atOnce, iso, newId, next } from './builders.js';
import type { Subject } from './subject.js';

export function profilesContract(subject: Subject): void {
  const load = async (id: string) => (await subject.store.loadProfiles([id])).get(id);

  describe('profiles', () => {
    it('are inserted at version 1 and read back as they were', async () => {
      const profile = aProfile({ marks: [aMark('web:m-1', { session: newId() })] });
      expect(await load(profile.id)).toBeUndefined();
      expect(await subject.store.replaceProfile(profile)).toBe(true);
      expect(await load(profile.id)).toEqual(profile);
    });

    it('have records without a prototype', async () => {
      const profile = aProfile();
      await subject.store.replaceProfile(profile);
      const read = (await load(profile.id)) as Profile;
      const records = [read.traits, read.segments, read.consents, read.events, read.devices, read.sessions.days];
      for (const record of records) expect(Object.getPrototypeOf(record)).toBeNull();
      expect(Object.getPrototypeOf(read.events['Product Viewed']?.days)).toBeNull();
    });

    it('are loaded many at once, the missing ones left out', async () => {
      const profiles = [aProfile(), aProfile(), aProfile()];
      for (const profile of profiles) await subject.store.replaceProfile(profile);
      const read = await subject.store.loadProfiles([...profiles.map(({ id }) => id), newId()]);
      expect([...read.keys()].sort()).toEqual(profiles.map(({ id }) => id).sort());
      expect((await subject.store.loadProfiles([])).size).toBe(0);
    });

    it('are written only over the version that was read', async () => {
      const profile = aProfile();
      expect(await subject.store.replaceProfile(next(profile))).toBe(false);
      expect(await load(profile.id)).toBeUndefined();
      await subject.store.replaceProfile(profile);
      expect(await subject.store.replaceProfile(profile)).toBe(false);
      const second = next(profile, { sequence: 4 });
      expect(await subject.store.replaceProfile(second)).toBe(true);
      expect(await subject.store.replaceProfile(next(profile, { sequence: 9 }))).toBe(false);
      expect(await subject.store.replaceProfile({ ...second, version: 9 })).toBe(false);
      expect(await load(profile.id)).toEqual(second);
    });

    it('have one winner for each version among 16 writers', async () => {
      let profile = aProfile({ sequence: 0 });
      for (let version = 1; version <= 4; version++) {
        const states = Array.from({ length: 16 }, (_, i) => ({ ...profile, version, sequence: version * 100 + i }));
        const won = await atOnce(16, (i) => subject.store.replaceProfile(states[i] as Profile));
        expect(won.filter(Boolean)).toHaveLength(1);
        profile = states[won.indexOf(true)] as Profile;
        expect(await load(profile.id)).toEqual(profile);
      }
    });

    it('are loaded when they are frozen, with the pointer to the survivor', async () => {
      const loser = aProfile();
      await subject.store.replaceProfile(loser);
      const frozen = next(loser, { into: aMerge(newId()) });
      expect(await subject.store.replaceProfile(frozen)).toBe(true);
      expect(await load(loser.id)).toEqual(frozen);
    });
  });

  describe('the merge ledger', () => {
    it('keeps each entry of a survivor once, the last word of it, in order', async () => {
      const survivor = newId();
      const entry = (): LedgerEntry => {
        const frozen = aProfile();
        const by = { event: newId(), source: 'web', rule: 'same-user' };
        return { v: 1, id: newId(), loser: frozen.id, survivor, at: iso(), by, frozen, identifiers: ['userId:u-1'] };
      };
      const [first, second] = [entry(), entry()];
      await subject.store.putLedger(second);
      await subject.store.putLedger({ ...first, identifiers: [] });
      await subject.store.putLedger(first);
      const read = await subject.store.ledgerOf(survivor);
      expect(read).toEqual([first, second]);
      expect(Object.getPrototypeOf(read[0]?.frozen.traits)).toBeNull();
      expect(await subject.store.ledgerOf(newId())).toEqual([]);
    });
  });
}

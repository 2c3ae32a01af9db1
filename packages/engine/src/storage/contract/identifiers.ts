import { describe, expect, it } from 'vitest';
import type { IdentifierDoc } from '../port.js';
import { atOnce, newId } from './builders.js';
import type { Subject } from './subject.js';

export function identifiersContract(subject: Subject): void {
  const anIdentifier = (patch: Partial<IdentifierDoc> = {}): IdentifierDoc => ({
    id: `email:${newId()}@example.org`,
    profile: newId(),
    rev: 1,
    ...patch,
  });

  describe('identifiers', () => {
    it('are found by id when they exist', async () => {
      const doc = anIdentifier();
      await subject.store.claimIdentifiers([doc]);
      const found = await subject.store.findIdentifiers([doc.id, 'email:nobody@example.org']);
      expect([...found]).toEqual([[doc.id, doc]]);
      expect((await subject.store.findIdentifiers([])).size).toBe(0);
    });

    it('are never changed by a later claim', async () => {
      const doc = anIdentifier();
      const free = anIdentifier();
      await subject.store.claimIdentifiers([doc]);
      await subject.store.claimIdentifiers([{ ...doc, profile: newId() }, free]);
      const found = await subject.store.findIdentifiers([doc.id, free.id]);
      expect(found.get(doc.id)).toEqual(doc);
      expect(found.get(free.id)).toEqual(free);
    });

    it('go to one of 8 profiles that claim them at once, in whatever order', async () => {
      const ids = Array.from({ length: 20 }, () => `userId:${newId()}`);
      const profiles = await atOnce(8, async (i) => {
        const profile = newId();
        const docs = ids.map((id) => ({ id, profile, rev: 1 }));
        await subject.store.claimIdentifiers(i % 2 ? docs.reverse() : docs);
        return profile;
      });
      const found = await subject.store.findIdentifiers(ids);
      expect(found.size).toBe(ids.length);
      for (const doc of found.values()) expect(profiles).toContain(doc.profile);
    });

    it('are replaced only at the revision that was read', async () => {
      const doc = anIdentifier();
      await subject.store.claimIdentifiers([doc]);
      const moves = { batch: newId(), base: doc.profile, steps: [{ index: 4, profile: newId() }] };
      const moved = { ...doc, profile: newId(), rev: 2, moves };
      expect(await subject.store.updateIdentifier(moved)).toBe(true);
      expect(await subject.store.updateIdentifier({ ...doc, profile: newId(), rev: 2 })).toBe(false);
      expect((await subject.store.findIdentifiers([doc.id])).get(doc.id)).toEqual(moved);
      expect(await subject.store.updateIdentifier(anIdentifier({ rev: 2 }))).toBe(false);
    });

    it('are moved by one of 16 that try at once', async () => {
      const doc = anIdentifier();
      await subject.store.claimIdentifiers([doc]);
      const won = await atOnce(16, () => subject.store.updateIdentifier({ ...doc, profile: newId(), rev: 2 }));
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('are listed for the profile that they name now', async () => {
      const [before, after] = [newId(), newId()];
      const docs = [anIdentifier({ profile: before }), anIdentifier({ profile: before })];
      await subject.store.claimIdentifiers(docs);
      const moved = { ...(docs[0] as IdentifierDoc), profile: after, rev: 2 };
      await subject.store.updateIdentifier(moved);
      expect(await subject.store.identifiersOf(before)).toEqual([docs[1]]);
      expect(await subject.store.identifiersOf(after)).toEqual([moved]);
      expect(await subject.store.identifiersOf(newId())).toEqual([]);
    });

    it('keep values apart that a text column cannot hold', async () => {
      const base = newId();
      const ends = ['\0', '\ud800', '\udc00', '$', '.', '\u00e9', 'e\u0301', 'y'.repeat(9000)];
      const docs = ends.map((end) => anIdentifier({ id: `crm:${base}${end}` }));
      await subject.store.claimIdentifiers(docs);
      const found = await subject.store.findIdentifiers(docs.map(({ id }) => id));
      expect(docs.map(({ id }) => found.get(id))).toEqual(docs);
      for (const doc of docs) expect(await subject.store.identifiersOf(doc.profile)).toEqual([doc]);
    });
  });
}

import { describe, expect, it } from 'vitest';
import { atOnce, newId } from './builders.js';
import type { Subject } from './subject.js';

export function recordsContract(subject: Subject): void {
  describe('records', () => {
    it('are written over the revision that was read', async () => {
      const kind = newId();
      const { store } = subject;
      expect(await store.getRecord(kind, 'a')).toBeUndefined();
      expect(await store.putRecord(kind, 'a', 2, 'early')).toBe(false);
      expect(await store.getRecord(kind, 'a')).toBeUndefined();
      expect(await store.putRecord(kind, 'a', 1, { n: 1 })).toBe(true);
      expect(await store.putRecord(kind, 'a', 1, { n: 'again' })).toBe(false);
      expect(await store.putRecord(kind, 'a', 3, { n: 3 })).toBe(false);
      expect(await store.putRecord(kind, 'a', 2, { n: 2 })).toBe(true);
      expect(await store.getRecord(kind, 'a')).toEqual({ id: 'a', rev: 2, body: { n: 2 } });
    });

    it('have one winner among 16 writers', async () => {
      const kind = newId();
      for (const rev of [1, 2]) {
        const won = await atOnce(16, (i) => subject.store.putRecord(kind, 'a', rev, i));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await subject.store.getRecord(kind, 'a'))?.body).toBe(won.indexOf(true));
      }
    });

    it('are listed by id, of their kind only, and deleted', async () => {
      const kind = newId();
      for (const id of ['b', 'a', 'B', 'c.d', '$x']) await subject.store.putRecord(kind, id, 1, null);
      await subject.store.putRecord(newId(), 'other', 1, null);
      const ids = async () => (await subject.store.listRecords(kind)).map(({ id }) => id);
      expect(await ids()).toEqual(['$x', 'B', 'a', 'b', 'c.d']);
      await subject.store.deleteRecord(kind, 'a');
      await subject.store.deleteRecord(kind, 'a');
      expect(await ids()).toEqual(['$x', 'B', 'b', 'c.d']);
      expect(await subject.store.putRecord(kind, 'a', 1, 'new')).toBe(true);
    });
  });
}

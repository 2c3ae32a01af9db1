import { describe, expect, it } from 'vitest';
import { aCommit, aDeadEvent, all, anEvent, aRejected, newId } from './builders.js';
import type { Subject } from './subject.js';

export function rejectedContract(subject: Subject): void {
  describe('the quarantine', () => {
    it('keeps what a commit brings once, by source, newest first, until it is removed', async () => {
      const source = newId();
      const rows = Array.from({ length: 5 }, () => aRejected({ source }));
      const commit = aCommit({ quarantine: rows });
      await subject.store.commit(commit);
      await subject.store.commit(commit);
      const read = await all((page) => subject.store.listQuarantine({ ...page, source }), 2);
      expect(read).toEqual([...rows].reverse());
      const id = rows[0]?.id ?? '';
      expect(await subject.store.getQuarantine(id)).toEqual(rows[0]);
      await subject.store.removeRejected('dead-letters', id);
      expect(await subject.store.getQuarantine(id)).toEqual(rows[0]);
      await subject.store.removeRejected('quarantine', id);
      await subject.store.removeRejected('quarantine', id);
      expect(await subject.store.getQuarantine(id)).toBeUndefined();
    });
  });

  describe('the dead letters', () => {
    it('keep an event that was given up until it is removed', async () => {
      const rows = Array.from({ length: 3 }, () => aDeadEvent());
      await subject.store.commit(aCommit({ deadLetters: rows }));
      await subject.store.commit(aCommit({ deadLetters: rows }));
      const read = await all((page) => subject.store.listDeadLetters(page), 2);
      const ids = rows.map(({ id }) => id);
      expect(read.filter(({ id }) => ids.includes(id))).toEqual([...rows].reverse());
      const id = ids[0] ?? '';
      expect(await subject.store.getDeadLetter(id)).toEqual(rows[0]);
      await subject.store.removeRejected('dead-letters', id);
      expect(await subject.store.getDeadLetter(id)).toBeUndefined();
    });

    it('mark the claim of their message', async () => {
      const batch = newId();
      const event = anEvent();
      const id = `${event.source}:${event.messageId}`;
      await subject.store.claimMessages([{ id, batch }]);
      await subject.store.commit(aCommit({ batch, deadLetters: [aDeadEvent({ event, batch })] }));
      const [answer] = await subject.store.claimMessages([{ id, batch: newId() }]);
      expect(answer).toEqual({ id, batch, state: 'dead' });
      const replay = { id, batch: newId(), takeOver: { state: 'dead' } } as const;
      expect(await subject.store.claimMessages([replay])).toEqual([{ id, batch: replay.batch }]);
    });

    it('leave the claim of another batch alone', async () => {
      const [holder, batch, event] = [newId(), newId(), anEvent()];
      const id = `${event.source}:${event.messageId}`;
      await subject.store.claimMessages([{ id, batch: holder }]);
      await subject.store.commit(aCommit({ batch, deadLetters: [aDeadEvent({ event, batch })] }));
      expect(await subject.store.claimMessages([{ id, batch }])).toEqual([{ id, batch: holder }]);
    });
  });
}

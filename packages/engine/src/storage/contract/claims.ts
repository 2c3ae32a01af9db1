import { describe, expect, it } from 'vitest';
import { aCommit, aRejected, atOnce, newId } from './builders.js';
import type { Subject } from './subject.js';

export function claimsContract(subject: Subject): void {
  describe('claims of messages', () => {
    it('gives a free message to the first batch, and says so again when it asks again', async () => {
      const [batch, id] = [newId(), `web:${newId()}`];
      expect(await subject.store.claimMessages([{ id, batch }])).toEqual([{ id, batch }]);
      expect(await subject.store.claimMessages([{ id, batch }])).toEqual([{ id, batch }]);
    });

    it('names the holder to any other batch, in the order of the question', async () => {
      const [first, second] = [newId(), newId()];
      const ids = [newId(), newId(), newId()].map((id) => `web:${id}`);
      await subject.store.claimMessages([{ id: ids[1] as string, batch: first }]);
      const answers = await subject.store.claimMessages(ids.map((id) => ({ id, batch: second })));
      expect(answers).toEqual([
        { id: ids[0], batch: second },
        { id: ids[1], batch: first },
        { id: ids[2], batch: second },
      ]);
    });

    it('answers a message that is asked for twice in one call twice', async () => {
      const [batch, id] = [newId(), `web:${newId()}`];
      const answers = await subject.store.claimMessages([
        { id, batch },
        { id, batch },
      ]);
      expect(answers).toEqual([
        { id, batch },
        { id, batch },
      ]);
      expect(await subject.store.claimMessages([])).toEqual([]);
    });

    it('gives each of 50 messages to exactly one of 8 batches that claim at once', async () => {
      const ids = Array.from({ length: 50 }, () => `web:${newId()}`);
      const answers = await atOnce(8, async (i) => {
        const batch = newId();
        const order = i % 2 ? [...ids].reverse() : ids;
        const given = await subject.store.claimMessages(order.map((id) => ({ id, batch })));
        return { batch, given };
      });
      for (const id of ids) {
        const holders = answers.map(({ given }) => given.find((answer) => answer.id === id)?.batch);
        expect(new Set(holders).size).toBe(1);
        expect(answers.filter(({ batch }) => batch === holders[0])).toHaveLength(1);
      }
    });

    it('keeps keys apart that differ only in what a text column cannot hold, and very long ones', async () => {
      const base = newId();
      const long = 'x'.repeat(20_000);
      const strange = ['', '\0', '\\u0000', '\ud800', '\udc00', '\ufffd', '"', '\\', long, `${long}y`];
      const claims = strange.map((end) => ({ id: `web:${base}${end}`, batch: newId() }));
      expect(await subject.store.claimMessages(claims)).toEqual(claims);
      const again = await subject.store.claimMessages(claims.map(({ id }) => ({ id, batch: newId() })));
      expect(again).toEqual(claims);
    });
  });

  describe('claims of quarantined messages', () => {
    async function quarantined() {
      const batch = newId();
      const rejected = aRejected();
      const id = `${rejected.source}:${rejected.messageId}`;
      const commit = aCommit({ batch, quarantine: [rejected] });
      await subject.store.claimMessages([{ id, batch }]);
      await subject.store.commit(commit);
      return { batch, id, commit };
    }

    it('say that the message is in quarantine', async () => {
      const { batch, id } = await quarantined();
      const other = { id, batch: newId() };
      expect(await subject.store.claimMessages([other])).toEqual([{ id, batch, state: 'quarantined' }]);
    });

    it('are taken over by one replay only', async () => {
      const { id } = await quarantined();
      const replays = await atOnce(8, async () => {
        const batch = newId();
        const takeOver = { state: 'quarantined' } as const;
        const [answer] = await subject.store.claimMessages([{ id, batch, takeOver }]);
        return { batch, answer };
      });
      const winners = replays.filter(({ batch, answer }) => answer?.batch === batch);
      expect(winners).toHaveLength(1);
      for (const { answer } of replays) expect(answer).toEqual({ id, batch: winners[0]?.batch });
    });

    it('are not taken over from another state', async () => {
      const { batch, id } = await quarantined();
      const replay = { id, batch: newId(), takeOver: { state: 'dead' } } as const;
      expect(await subject.store.claimMessages([replay])).toEqual([{ id, batch, state: 'quarantined' }]);
    });

    it('are still there for the next replay when one that put its message aside again is repeated', async () => {
      const { batch, id } = await quarantined();
      const takeOver = { state: 'quarantined' } as const;
      expect(await subject.store.claimMessages([{ id, batch, takeOver }])).toEqual([{ id, batch, ...takeOver }]);
      const replay = { id, batch: newId(), takeOver };
      expect(await subject.store.claimMessages([replay])).toEqual([{ id, batch: replay.batch }]);
    });

    it('stay with the replay when the first commit is repeated', async () => {
      const { id, commit } = await quarantined();
      const replay = { id, batch: newId(), takeOver: { state: 'quarantined' } } as const;
      await subject.store.claimMessages([replay]);
      await subject.store.commit(commit);
      expect(await subject.store.claimMessages([replay])).toEqual([{ id, batch: replay.batch }]);
    });

    it('are made anew by a replay when the window has passed', async () => {
      const replay = { id: `web:${newId()}`, batch: newId(), takeOver: { state: 'quarantined' } } as const;
      expect(await subject.store.claimMessages([replay])).toEqual([{ id: replay.id, batch: replay.batch }]);
    });
  });
}

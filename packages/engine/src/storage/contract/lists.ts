import { describe, expect, it } from 'vitest';
import { BadCursor, type Page, type PageQuery, type Store } from '../port.js';
import { aCommit, aDelivery, all, aMerge, aProfile, aRun, iso, newId, next, stored } from './builders.js';
import type { Subject } from './subject.js';

export function listsContract(subject: Subject): void {
  const member = (name: string, is = true) => ({ [name]: { member: is, at: iso(), by: { event: '', source: '' } } });

  describe('lists', () => {
    it('of the profiles of a segment have the members, newest first', async () => {
      const segment = newId();
      const members = Array.from({ length: 5 }, () => aProfile({ segments: member(segment) }));
      const left = aProfile({ segments: member(segment, false) });
      await subject.store.commit(aCommit({ profiles: [...members, left, aProfile()] }));
      const read = await all((page) => subject.store.listProfiles({ ...page, segment }), 2);
      expect(read).toEqual([...members].reverse());
      const gone = next(members[0] as (typeof members)[0], { segments: member(segment, false) });
      await subject.store.commit(aCommit({ profiles: [gone] }));
      expect(await all((page) => subject.store.listProfiles({ ...page, segment }), 2)).toHaveLength(4);
    });

    it('of all profiles leave out the frozen ones', async () => {
      const [live, loser] = [aProfile(), aProfile()];
      await subject.store.commit(aCommit({ profiles: [live, loser] }));
      await subject.store.replaceProfile(next(loser, { into: aMerge(live.id) }));
      const ids = (await all((page) => subject.store.listProfiles(page))).map(({ id }) => id);
      expect(ids).toContain(live.id);
      expect(ids).not.toContain(loser.id);
      expect(ids).toEqual([...ids].sort().reverse());
    });

    it('of runs can be narrowed by flow, profile and status, newest first', async () => {
      const [flow, profile] = [newId(), newId()];
      const runs = Array.from({ length: 5 }, (_, i) =>
        aRun({ flow, profile, status: i % 2 ? 'failed' : 'done', startedAt: iso(Date.now() - 10_000 + i) }),
      );
      const other = aRun({ profile: newId() });
      await subject.store.commit(aCommit({ runs: [...runs, other].map((run) => ({ profile: run.profile, run })) }));
      expect(await all((page) => subject.store.listRuns({ ...page, flow }), 2)).toEqual([...runs].reverse());
      expect(await all((page) => subject.store.listRuns({ ...page, profile }))).toEqual([...runs].reverse());
      const failed = await all((page) => subject.store.listRuns({ ...page, flow, status: 'failed' }), 1);
      expect(failed).toEqual([runs[3], runs[1]]);
      for (const strange of ['a\0b', '\ud800', ''])
        expect(await all((page) => subject.store.listRuns({ ...page, flow, status: strange }))).toEqual([]);
      const everything = await all((page) => subject.store.listRuns(page));
      expect(everything.map(({ id }) => id)).toContain(other.id);
    });

    it('of runs that began in the same millisecond have each once', async () => {
      const flow = newId();
      const startedAt = iso();
      const runs = Array.from({ length: 7 }, () => aRun({ flow, startedAt }));
      await subject.store.commit(aCommit({ runs: runs.map((run) => ({ profile: run.profile, run })) }));
      const ids = (await all((page) => subject.store.listRuns({ ...page, flow }), 2)).map(({ id }) => id);
      expect(ids).toHaveLength(7);
      expect(new Set(ids).size).toBe(7);
    });

    const LISTS: { [name: string]: (store: Store, page: PageQuery) => Promise<Page<unknown>> } = {
      profileEvents: (store, page) => store.profileEvents(['p-cursors'], page),
      listProfiles: (store, page) => store.listProfiles(page),
      listRuns: (store, page) => store.listRuns(page),
      listQuarantine: (store, page) => store.listQuarantine(page),
      listDeadLetters: (store, page) => store.listDeadLetters(page),
      listDeliveries: (store, page) => store.listDeliveries(page),
    };

    it.each(Object.entries(LISTS))('refuse a wrong cursor: %s', async (_, list) => {
      const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const wrong = ['', 'x', '%%%', 'é\0', json({}), json([]), json(['runs', 1, null]), json('"'), 'a'.repeat(9000)];
      for (const cursor of wrong) {
        await expect(list(subject.store, { limit: 2, cursor })).rejects.toBeInstanceOf(BadCursor);
      }
    });

    it('refuse the cursor of another list', async () => {
      const entries = [aDelivery(), aDelivery()].map((entry) => ({ profile: newId(), entry }));
      const events = [stored('p-cursors'), stored('p-cursors')];
      const runs = [aRun(), aRun()].map((run) => ({ profile: run.profile, run }));
      await subject.store.commit(aCommit({ profiles: [aProfile(), aProfile()], events, outbox: entries, runs }));
      for (const from of ['profileEvents', 'listProfiles', 'listRuns', 'listDeliveries']) {
        const cursor = (await LISTS[from]?.(subject.store, { limit: 1 }))?.next ?? '';
        expect(cursor).toMatch(/^[\w-]+$/);
        for (const [name, list] of Object.entries(LISTS)) {
          if (name === from) await list(subject.store, { limit: 1, cursor });
          else await expect(list(subject.store, { limit: 1, cursor })).rejects.toBeInstanceOf(BadCursor);
        }
      }
    });
  });
}

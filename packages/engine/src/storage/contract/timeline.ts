import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../port.js';
import { aCommit, all, anEvent, iso, newId, stored } from './builders.js';
import type { Subject } from './subject.js';

const HOUR = 3_600_000;

export function timelineContract(subject: Subject): void {
  /** An event of this time, in the timeline of a profile. */
  const at = (profile: string, ms: number): StoredEvent =>
    stored(profile, anEvent({ id: newId(ms), receivedAt: iso(ms), timestamp: iso(ms) }));

  describe('a timeline', () => {
    it('merges several profile ids, newest first, page by page', async () => {
      const profiles = [newId(), newId(), newId()];
      const start = Date.now() - HOUR;
      const events = Array.from({ length: 11 }, (_, i) => at(profiles[i % 3] as string, start + i * 1000));
      const foreign = at(newId(), start + 500);
      await subject.store.commit(aCommit({ events: [...events, foreign] }));
      const read = await all((page) => subject.store.profileEvents(profiles, page), 3);
      expect(read).toEqual([...events].reverse());
      expect((await subject.store.profileEvents([], { limit: 3 })).items).toEqual([]);
    });

    it('ends with a null cursor, also when the last page is full', async () => {
      const profile = newId();
      const start = Date.now() - HOUR;
      await subject.store.commit(aCommit({ events: [0, 1, 2, 3].map((i) => at(profile, start + i)) }));
      const first = await subject.store.profileEvents([profile], { limit: 2 });
      expect(first.next).not.toBeNull();
      const second = await subject.store.profileEvents([profile], { limit: 2, cursor: first.next ?? '' });
      expect(second.items).toHaveLength(2);
      expect(second.next).toBeNull();
    });

    it('keeps its place while new events come in', async () => {
      const profiles = [newId(), newId()] as const;
      const start = Date.now() - HOUR;
      const events = Array.from({ length: 6 }, (_, i) => at(profiles[i % 2] as string, start + i * 1000));
      await subject.store.commit(aCommit({ events }));
      const first = await subject.store.profileEvents([...profiles], { limit: 2 });
      await subject.store.commit(aCommit({ events: [at(profiles[0], start + HOUR), at(profiles[1], start + HOUR)] }));
      const rest = await all(
        (page) => subject.store.profileEvents([...profiles], { ...page, cursor: page.cursor ?? first.next ?? '' }),
        2,
      );
      expect([...first.items, ...rest]).toEqual([...events].reverse());
    });

    it('holds an event once, by its id', async () => {
      const profile = newId();
      const event = at(profile, Date.now());
      await subject.store.commit(aCommit({ events: [event] }));
      await subject.store.commit(aCommit({ events: [{ ...event, sequence: 9 }] }));
      expect((await subject.store.profileEvents([profile], { limit: 5 })).items).toEqual([event]);
    });

    it('goes over the turn of months and years', async () => {
      const profile = newId();
      const times = ['2024-02-29T23:59:59.999Z', '2024-12-31T23:59:59.999Z', '2025-01-01T00:00:00.000Z', iso()];
      const events = times.map((time) => at(profile, Date.parse(time)));
      await subject.store.commit(aCommit({ events: [...events].reverse() }));
      expect(await all((page) => subject.store.profileEvents([profile], page), 1)).toEqual([...events].reverse());
    });

    it('takes events of a month that is new to many commits at once', async () => {
      const profile = newId();
      const month = Date.parse('2031-07-15T00:00:00Z');
      const events = Array.from({ length: 8 }, (_, i) => at(profile, month + i));
      await Promise.all(events.map((event) => subject.store.commit(aCommit({ events: [event] }))));
      expect((await subject.store.profileEvents([profile], { limit: 20 })).items).toHaveLength(8);
    });

    it('loses the months before the time from which events are kept, and no later ones', async () => {
      const profile = newId();
      const [old, kept] = [
        at(profile, Date.parse('2022-03-10T00:00:00Z')),
        at(profile, Date.parse('2022-05-02T00:00:00Z')),
      ];
      await subject.store.commit(aCommit({ events: [old, kept] }));
      const eventsBefore = Date.parse('2022-05-01T00:00:00Z');
      const options = { now: Date.now(), claimsBefore: 0 };
      await subject.store.clean(options);
      expect((await subject.store.profileEvents([profile], { limit: 5 })).items).toEqual([kept, old]);
      await subject.store.clean({ ...options, eventsBefore });
      expect((await subject.store.profileEvents([profile], { limit: 5 })).items).toEqual([kept]);
      await subject.store.commit(aCommit({ events: [old] }));
      expect((await subject.store.profileEvents([profile], { limit: 5 })).items).toEqual([kept, old]);
    });
  });
}

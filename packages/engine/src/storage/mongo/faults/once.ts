import { expect } from 'vitest';
import { all, newId } from '../../contract/builders.js';
import type { Store } from '../../port.js';
import { message, type Work } from './worker.js';

/** Everything that the work should leave is there, once. */
export async function expectOnce(store: Store, work: Work): Promise<void> {
  const profiles = await store.loadProfiles(work.people.map(({ profile }) => profile));
  for (const { profile, events } of work.people) {
    const state = profiles.get(profile);
    expect(state?.sequence).toBe(events.length);
    expect(state?.marks.map((mark) => mark.message)).toEqual(events.map(message));
    const timeline = await all((page) => store.profileEvents([profile], page));
    expect(timeline.map((row) => [row.event.id, row.sequence])).toEqual(
      events.map((event, i) => [event.id, i + 1]).reverse(),
    );
    expect(await all((page) => store.listRuns({ ...page, profile }))).toHaveLength(1);
  }
  const count = work.people.reduce((sum, { events }) => sum + events.length, 0);
  expect(await all((page) => store.listDeliveries({ ...page, destination: work.batch }))).toHaveLength(count);
  expect(await store.getQuarantine(work.rejected.id)).toEqual(work.rejected);
  const [claim] = await store.claimMessages([{ id: message(work.rejected), batch: newId() }]);
  expect(claim).toEqual({ id: message(work.rejected), batch: work.batch, state: 'quarantined' });
  expect((await store.accounting()).nodes[work.node]).toBe(1);
  expect(await store.hasReceipt({ id: work.batch, partition: work.partition })).toBe(true);
}

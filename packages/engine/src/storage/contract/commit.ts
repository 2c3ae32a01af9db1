import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../flows/run.js';
import type { Commit } from '../port.js';
import {
  aCommit,
  aDelivery,
  aMark,
  anEmit,
  anEvent,
  aProfile,
  aReceipt,
  aRun,
  iso,
  newId,
  next,
  stored,
} from './builders.js';
import type { Subject } from './subject.js';

export function commitContract(subject: Subject): void {
  const load = async (id: string) => (await subject.store.loadProfiles([id])).get(id);
  const timeline = async (id: string) => (await subject.store.profileEvents([id], { limit: 100 })).items;
  const runsOf = async (profile: string) => (await subject.store.listRuns({ profile, limit: 100 })).items;

  /** A commit of one new profile with an event, a delivery, an emitted event, a run and a receipt. */
  function whole(): Commit & { profile: string } {
    const batch = newId();
    const event = anEvent();
    const mark = aMark(`web:${event.messageId}`, { batch });
    const entries = [aDelivery({ batch, destination: newId() }), anEmit({ batch })];
    const profile = aProfile({ marks: [mark], outbox: entries });
    return {
      ...aCommit({ batch, profiles: [profile], events: [stored(profile.id, event)], receipts: [aReceipt(batch)] }),
      outbox: entries.map((entry) => ({ profile: profile.id, entry })),
      runs: [{ profile: profile.id, run: aRun({ profile: profile.id }) }],
      profile: profile.id,
    };
  }

  describe('a commit', () => {
    it('writes state, events, outbox, runs and receipt', async () => {
      const { profile, ...commit } = whole();
      expect(await subject.store.commit(commit)).toEqual({ conflicts: [] });
      const read = await load(profile);
      expect({ ...read, outbox: [] }).toEqual({ ...commit.profiles[0], outbox: [] });
      expect(await timeline(profile)).toEqual(commit.events);
      expect(await runsOf(profile)).toEqual(commit.runs.map(({ run }) => run));
      for (const { entry } of commit.outbox) {
        const row = await subject.store.getDelivery(entry.key);
        expect(row).toMatchObject({ v: 1, id: entry.key, kind: entry.kind, profile, partition: 3, status: 'pending' });
        expect(row?.entry).toEqual(entry);
        expect(row?.attempts).toEqual([]);
        expect(row?.dueAt).toBe(Date.parse('dueAt' in entry ? entry.dueAt : entry.createdAt));
      }
      expect(await subject.store.hasReceipt({ id: commit.batch, partition: 0 })).toBe(true);
      expect(await subject.store.hasReceipt({ id: commit.batch, partition: 1 })).toBe(false);
    });

    it('writes the profile that has no conflict, and nothing of the one that has', async () => {
      const good = aProfile();
      const bad = aProfile();
      await subject.store.replaceProfile(bad);
      await subject.store.replaceProfile(next(bad, { sequence: 77 }));
      const batch = newId();
      const pair = [good, next(bad)];
      const entries = pair.map(({ id }) => ({ profile: id, entry: aDelivery({ destination: newId() }) }));
      const commit = aCommit({
        batch,
        profiles: pair,
        events: pair.map(({ id }) => stored(id)),
        outbox: entries,
        runs: pair.map(({ id }) => ({ profile: id, run: aRun({ profile: id }) })),
        receipts: [aReceipt(batch)],
      });
      expect(await subject.store.commit(commit)).toEqual({ conflicts: [bad.id] });
      expect(await load(good.id)).toEqual(good);
      expect((await load(bad.id))?.sequence).toBe(77);
      expect(await timeline(good.id)).toHaveLength(1);
      expect(await timeline(bad.id)).toEqual([]);
      expect(await runsOf(good.id)).toHaveLength(1);
      expect(await runsOf(bad.id)).toEqual([]);
      expect(await subject.store.getDelivery(entries[0]?.entry.key ?? '')).toBeDefined();
      expect(await subject.store.getDelivery(entries[1]?.entry.key ?? '')).toBeUndefined();
      expect(await subject.store.hasReceipt({ id: batch, partition: 0 })).toBe(false);
    });

    it('is a conflict when the profile is to be changed and is not stored', async () => {
      const profile = next(aProfile());
      expect(await subject.store.commit(aCommit({ profiles: [profile] }))).toEqual({ conflicts: [profile.id] });
      expect(await load(profile.id)).toBeUndefined();
    });

    it('changes nothing when it is called twice', async () => {
      const { profile, ...commit } = whole();
      await subject.store.commit(commit);
      const before = await subject.store.accounting();
      expect(await subject.store.commit(commit)).toEqual({ conflicts: [profile] });
      expect(await subject.store.accounting()).toEqual(before);
      expect((await load(profile))?.version).toBe(1);
      expect(await timeline(profile)).toEqual(commit.events);
      expect(await runsOf(profile)).toHaveLength(1);
    });

    it('can repeat what follows the profiles: events, outbox, runs and the receipt once', async () => {
      const { profile, ...commit } = whole();
      const before = await subject.store.accounting();
      await subject.store.commit(commit);
      const rest = { ...commit, profiles: [] };
      expect(await subject.store.commit(rest)).toEqual({ conflicts: [] });
      expect(await subject.store.commit(rest)).toEqual({ conflicts: [] });
      const after = await subject.store.accounting();
      expect(after.counts.applied - before.counts.applied).toBe(2);
      expect(await timeline(profile)).toEqual(commit.events);
      const destination = (commit.outbox[0] as { entry: OutboxEntry & { destination: string } }).entry.destination;
      expect((await subject.store.listDeliveries({ destination, limit: 9 })).items).toHaveLength(1);
    });

    it('leaves a delivery as it is when its entry comes again', async () => {
      const { profile, ...commit } = whole();
      await subject.store.commit(commit);
      const entry = commit.outbox[0]?.entry as { key: string; destination: string };
      const lease = { now: Date.now(), leaseMs: 9000, lease: newId(), limit: 1000, destinations: 1000, except: [] };
      const leased = await subject.store.leaseDeliveries(lease);
      expect(leased.map(({ id }) => id)).toContain(entry.key);
      const now = new Date().toISOString();
      await subject.store.settleDelivery(entry.key, lease.lease, { status: 'delivered', now });
      await subject.store.commit({ ...commit, profiles: [] });
      expect(await subject.store.getDelivery(entry.key)).toMatchObject({ status: 'delivered', profile });
    });

    it('comes in parts, of which the last leaves the receipt', async () => {
      const first = whole();
      const { receipts, profile: _, ...part } = first;
      await subject.store.commit(part);
      expect(await subject.store.hasReceipt({ id: first.batch, partition: 0 })).toBe(false);
      const last = aCommit({ batch: first.batch, profiles: [aProfile()], ...(receipts ? { receipts } : {}) });
      await subject.store.commit(last);
      expect(await subject.store.hasReceipt({ id: first.batch, partition: 0 })).toBe(true);
    });

    it('may be empty but for the receipt', async () => {
      const batch = newId();
      const commit = aCommit({ batch, partition: 4, receipts: [aReceipt(batch, { partition: 4 })] });
      expect(await subject.store.commit(commit)).toEqual({ conflicts: [] });
      expect(await subject.store.hasReceipt({ id: batch, partition: 4 })).toBe(true);
    });
  });

  describe('a run', () => {
    it('is replaced by one that has gone as far or further, whatever the clocks say, never by an earlier state', async () => {
      const profile = newId();
      const step = { node: 'tell', plugin: 'webhook@1.0.0', port: 'out', at: new Date().toISOString() };
      const waiting = aRun({ profile, status: 'waiting', steps: [step] });
      const updatedAt = iso(Date.now() - 5000);
      const done = { ...waiting, updatedAt, status: 'done' as const, steps: [step, { ...step, node: 'end' }] };
      for (const run of [waiting, done, waiting]) await subject.store.commit(aCommit({ runs: [{ profile, run }] }));
      expect(await runsOf(profile)).toEqual([done]);
    });

    it('is apart from the run of the same id of another source', async () => {
      const profile = newId();
      const run = aRun({ profile });
      const runs = [run, { ...run, source: 'app' }].map((each) => ({ profile, run: each }));
      await subject.store.commit(aCommit({ runs }));
      expect((await runsOf(profile)).map(({ source }) => source).sort()).toEqual(['app', 'web']);
    });
  });
}

import { beforeEach, describe, expect, it } from 'vitest';
import { encode } from '../codec.js';
import type { Commit, LeaseQuery } from '../port.js';
import { rowOf } from '../rows.js';
import { aCommit, aDelivery, anEmit, atOnce, iso, newId } from './builders.js';
import { drain, put } from './drain.js';
import type { Subject } from './subject.js';

export function leasesContract(subject: Subject): void {
  const lease = (patch: Partial<LeaseQuery> = {}) =>
    subject.store.leaseDeliveries({
      now: Date.now(),
      leaseMs: 10_000,
      lease: newId(),
      limit: 10,
      destinations: 100,
      except: [],
      ...patch,
    });
  const many = (n: number, destination: string) =>
    Array.from({ length: n }, (_, i) => aDelivery({ destination, dueAt: iso(Date.now() - 60_000 + i) }));

  describe('leases of deliveries', () => {
    beforeEach(() => drain(subject));

    it('give each row to one of several callers', async () => {
      const destination = newId();
      const entries = many(60, destination);
      await put(subject, entries);
      const leased: string[] = [];
      for (let round = 0; round < 20 && leased.length < 60; round++) {
        const got = await atOnce(8, () => lease({ limit: 5 }));
        leased.push(...got.flat().map(({ id }) => id));
      }
      expect(leased.sort()).toEqual(entries.map(({ key }) => key).sort());
      expect(await lease()).toEqual([]);
    });

    it('end, and another caller gets the row; the first cannot settle it any more', async () => {
      const [entry] = many(1, newId());
      await put(subject, [entry as NonNullable<typeof entry>]);
      const [first, second, now] = [newId(), newId(), Date.now()];
      expect(await lease({ lease: first, now })).toHaveLength(1);
      expect(await lease({ lease: second, now: now + 9_999 })).toHaveLength(0);
      expect(await lease({ lease: second, now: now + 10_000 })).toHaveLength(1);
      const change = { status: 'delivered', now: iso() } as const;
      const key = entry?.key ?? '';
      expect(await subject.store.settleDelivery(key, first, change)).toBe(false);
      expect(await subject.store.settleDelivery(key, second, change)).toBe(true);
    });

    it('are renewed for as long as they are held, and not for somebody else', async () => {
      const [entry] = many(1, newId());
      await put(subject, [entry as NonNullable<typeof entry>]);
      const key = entry?.key ?? '';
      const [first, other, now] = [newId(), newId(), Date.now()];
      expect(await lease({ lease: first, now })).toHaveLength(1);
      await subject.store.renewDeliveries([key], first, now + 30_000);
      await subject.store.renewDeliveries([key], other, now + 90_000);
      expect(await lease({ lease: other, now: now + 29_999 })).toHaveLength(0);
      expect(await subject.store.settleDelivery(key, first, { status: 'answered', now: iso() })).toBe(true);
      await subject.store.renewDeliveries([key], first, now + 40_000);
      expect(await lease({ lease: other, now: now + 39_999 })).toHaveLength(0);
      expect(await subject.store.settleDelivery(key, first, { status: 'delivered', now: iso() })).toBe(true);
      await subject.store.renewDeliveries([key], first, now);
      expect(await lease({ lease: other, now: now + 90_000 })).toHaveLength(0);
      expect(await subject.store.getDelivery(key)).toMatchObject({ status: 'delivered' });
    });

    it('take the oldest first', async () => {
      const destination = newId();
      const entries = many(6, destination);
      await put(subject, [...entries].reverse());
      const keys = entries.map(({ key }) => key);
      expect((await lease({ limit: 2 })).map(({ id }) => id)).toEqual(keys.slice(0, 2));
      expect((await lease({ limit: 9 })).map(({ id }) => id)).toEqual(keys.slice(2));
    });

    it('are fair: a destination with many rows does not keep out the others', async () => {
      const [busy, quiet] = [newId(), newId()];
      await put(subject, [...many(50, busy), ...many(2, quiet)]);
      const rows = await lease({ limit: 5 });
      expect(rows.filter(({ destination }) => destination === busy)).toHaveLength(5);
      expect(rows.filter(({ destination }) => destination === quiet)).toHaveLength(2);
    });

    it('are of as many destinations as were asked for, and the others come next', async () => {
      const destinations = [newId(), newId(), newId()];
      await put(
        subject,
        destinations.flatMap((destination) => many(2, destination)),
      );
      const first = await lease({ destinations: 2 });
      const second = await lease({ destinations: 2 });
      expect(new Set(first.map(({ destination }) => destination)).size).toBe(2);
      expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(6);
    });

    it('leave out the destinations that the caller has its hands full with', async () => {
      const [busy, quiet] = [newId(), newId()];
      await put(subject, [...many(3, busy), ...many(1, quiet)]);
      const rows = await lease({ destinations: 1, except: [busy] });
      expect(rows.map(({ destination }) => destination)).toEqual([quiet]);
      expect(await lease({ except: [busy, quiet] })).toEqual([]);
    });

    it('are of deliveries, waits and emitted events alike', async () => {
      const entries = [aDelivery(), aDelivery({ kind: 'wait', destination: 'wait' }), anEmit()];
      await put(subject, entries);
      const rows = await lease();
      expect(rows.map(({ kind }) => kind).sort()).toEqual(['delivery', 'emit', 'wait']);
      for (const row of rows) expect(row.destination).not.toBe('');
    });

    it('go back early with a later due time', async () => {
      const [entry] = many(1, newId());
      await put(subject, [entry as NonNullable<typeof entry>]);
      const [token, now] = [newId(), Date.now()];
      await lease({ lease: token, now });
      const dueAt = now + 3000;
      await subject.store.settleDelivery(entry?.key ?? '', token, { status: 'pending', dueAt, now: iso() });
      expect(await lease({ now: dueAt - 1 })).toEqual([]);
      expect(await lease({ now: dueAt })).toHaveLength(1);
    });

    it('are those of its writer for rows of a commit that it keeps to itself and that are new', async () => {
      const kinds = subject.store.writesWhole ? [{ whole: true } as const, {}] : [{}];
      for (const kind of kinds) await keepsRows(kind);
    });

    async function keepsRows(kind: Pick<Commit, 'whole'>): Promise<void> {
      const destination = newId();
      const [old, held, free] = [aDelivery({ destination }), aDelivery({ destination }), aDelivery({ destination })];
      await put(subject, [old]);
      const token = newId();
      const now = Date.now();
      const docs = new Map([old, held].map((entry) => [entry.key, encode(rowOf('p', entry))]));
      const outbox = [old, held, free].map((entry) => ({ profile: 'p', entry }));
      const commit = aCommit({ outbox, ...kind, leased: { lease: token, until: now + 10_000, docs } });
      expect(await subject.store.commit(commit)).toEqual({ conflicts: [], leased: [held.key] });
      const due = async (at: number) => {
        const rows = await lease({ now: at, leaseMs: 60_000 });
        return rows.filter((row) => row.destination === destination).map(({ id }) => id);
      };
      expect((await due(now + 9_000)).sort()).toEqual([old.key, free.key].sort());
      const change = { status: 'pending', dueAt: now, now: iso() } as const;
      expect(await subject.store.settleDelivery(held.key, newId(), change)).toBe(false);
      expect(await subject.store.settleDelivery(held.key, token, change)).toBe(true);
      expect(await due(now + 9_001)).toEqual([held.key]);

      const [first, dead] = [aDelivery({ destination }), aDelivery({ destination })];
      const later = new Map([first, dead].map((entry) => [entry.key, encode(rowOf('p', entry))]));
      const until = now + 10_000;
      await subject.store.commit(
        aCommit({
          outbox: [first, dead].map((entry) => ({ profile: 'p', entry })),
          ...kind,
          leased: { lease: token, until, docs: later },
        }),
      );
      // Its writer goes on holding one of them, and has died with the other.
      await subject.store.renewDeliveries([first.key], token, until + 10_000);
      expect(await due(until + 1)).toEqual([dead.key]);
      await drain(subject);
    }
  });
}

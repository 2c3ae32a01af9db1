import { beforeEach, describe, expect, it } from 'vitest';
import type { OutboxDelivery } from '../../flows/run.js';
import type { DeliveryStatus } from '../port.js';
import { aCommit, aDelivery, all, aReceipt, aRun, iso, newId } from './builders.js';
import { drain, put } from './drain.js';
import type { Subject } from './subject.js';

export function deliveriesContract(subject: Subject): void {
  const lease = (token: string, now = Date.now()) =>
    subject.store.leaseDeliveries({ now, leaseMs: 10_000, lease: token, limit: 10, destinations: 10, except: [] });

  /** A delivery that has come to this status. */
  async function settled(status: DeliveryStatus, patch: Partial<OutboxDelivery> = {}): Promise<string> {
    const entry = aDelivery({ destination: newId(), ...patch });
    const token = newId();
    await put(subject, [entry]);
    await lease(token);
    const attempt = { at: iso(), ms: 12, status: 500, error: 'HTTP 500' };
    const result = { port: 'out', output: { ok: true } };
    expect(await subject.store.settleDelivery(entry.key, token, { status, attempt, result, now: iso() })).toBe(true);
    return entry.key;
  }

  describe('deliveries', () => {
    beforeEach(() => drain(subject));

    it('keep each attempt and the result', async () => {
      const entry = aDelivery({ destination: newId() });
      await put(subject, [entry]);
      const attempts = [1, 2].map((n) => ({ at: iso(), ms: n, status: 503 }));
      const dueAt = Date.now() - 5;
      for (const attempt of attempts) {
        const token = newId();
        await lease(token);
        const change = { status: 'pending', dueAt, attempt, now: iso(1_700_000_000_000) } as const;
        expect(await subject.store.settleDelivery(entry.key, token, change)).toBe(true);
      }
      const row = await subject.store.getDelivery(entry.key);
      expect(row).toMatchObject({ status: 'pending', dueAt, attempts, updatedAt: iso(1_700_000_000_000) });
      expect(row?.createdAt).toBe(entry.createdAt);
      expect(row?.result).toBeUndefined();
      expect(await subject.store.getDelivery('nothing')).toBeUndefined();
    });

    it('are not due before their time', async () => {
      const dueAt = Date.now() + 60_000;
      const entry = aDelivery({ destination: newId(), dueAt: iso(dueAt) });
      await put(subject, [entry]);
      expect(await lease(newId(), dueAt - 1)).toEqual([]);
      expect((await lease(newId(), dueAt)).map(({ id }) => id)).toEqual([entry.key]);
    });

    it('are settled only by the holder of the lease, and once', async () => {
      const entry = aDelivery({ destination: newId() });
      await put(subject, [entry]);
      const token = newId();
      await lease(token);
      const change = { status: 'delivered', now: iso() } as const;
      expect(await subject.store.settleDelivery(entry.key, newId(), change)).toBe(false);
      expect(await subject.store.settleDelivery('nothing', token, change)).toBe(false);
      expect(await subject.store.settleDelivery(entry.key, token, change)).toBe(true);
      expect(await subject.store.settleDelivery(entry.key, token, { ...change, status: 'dead' })).toBe(false);
      expect((await subject.store.getDelivery(entry.key))?.status).toBe('delivered');
    });

    it('close their runs and count the last passage in the same step, once', async () => {
      if (!subject.store.closesRuns) {
        const closes = { run: aRun(), nodes: {} };
        const refused = subject.store.settleDelivery(newId(), newId(), { status: 'delivered', closes, now: iso() });
        await expect(refused).rejects.toThrow(TypeError);
        return;
      }
      const run = aRun({ status: 'waiting', steps: [] });
      const node = `welcome@1/${newId()}/out`;
      const entry = aDelivery({ destination: newId() });
      const receipt = aReceipt(newId());
      await subject.store.commit(
        aCommit({
          outbox: [{ profile: run.profile, entry }],
          runs: [{ profile: run.profile, run }],
          receipts: [receipt],
        }),
      );
      const token = newId();
      await lease(token);
      const closes = { run: aRun({ ...run, status: 'done', steps: aRun().steps }), nodes: { [node]: 1 } };
      const change = { status: 'delivered', closes, now: iso() } as const;
      const read = async () => {
        const page = await subject.store.listRuns({ limit: 10, profile: run.profile });
        return [
          page.items.map(({ status, steps }) => [status, steps.length]),
          (await subject.store.accounting()).nodes[node],
        ];
      };
      expect(await subject.store.settleDelivery(entry.key, newId(), change)).toBe(false);
      expect(await read()).toEqual([[['waiting', 0]], undefined]);
      for (const kept of [true, false]) expect(await subject.store.settleDelivery(entry.key, token, change)).toBe(kept);
      expect(await read()).toEqual([[['done', 1]], 1]);
      // A commit that is repeated does not take it back.
      await subject.store.commit(aCommit({ runs: [{ profile: run.profile, run }] }));
      expect(await read()).toEqual([[['done', 1]], 1]);
    });

    it('that close runs are settled by the dozen, each with its own', async () => {
      if (!subject.store.closesRuns) {
        // Either takes a transaction.
        expect(subject.store.writesWhole).toBe(false);
        return;
      }
      const node = `welcome@1/${newId()}/out`;
      const profile = newId();
      const destination = newId();
      const entries = Array.from({ length: 9 }, () => aDelivery({ destination }));
      await put(subject, entries);
      const token = newId();
      await lease(token);
      const end = (i: number) => ({ run: aRun({ profile, id: `${entries[i]?.key}/run` }), nodes: { [node]: 1 } });
      const kept = await Promise.all(
        entries.map(({ key }, i) =>
          // Every third one is another's by now.
          subject.store.settleDelivery(key, i % 3 ? token : newId(), {
            status: 'delivered',
            closes: end(i),
            now: iso(),
          }),
        ),
      );
      expect(kept).toEqual(entries.map((_, i) => i % 3 > 0));
      expect((await all((page) => subject.store.listRuns({ ...page, profile }))).length).toBe(6);
      expect((await subject.store.accounting()).nodes[node]).toBe(6);
    });

    it('that are answered stay with the holder of the lease, who says when the run has gone on', async () => {
      const entry = aDelivery({ destination: newId() });
      await put(subject, [entry]);
      const token = newId();
      const now = Date.now();
      await lease(token, now);
      const answered = { status: 'answered', result: { port: 'out', output: 1 }, now: iso() } as const;
      expect(await subject.store.settleDelivery(entry.key, token, answered)).toBe(true);
      expect(await lease(newId(), now + 9000)).toEqual([]);
      expect(await subject.store.settleDelivery(entry.key, token, { status: 'delivered', now: iso() })).toBe(true);
      expect(await subject.store.getDelivery(entry.key)).toMatchObject({
        status: 'delivered',
        result: answered.result,
      });
    });

    it('that are answered are leased again when their holder has died', async () => {
      const id = await settled('answered');
      const rows = await lease(newId(), Date.now() + 10_001);
      expect(rows.map((row) => [row.id, row.status, row.result?.port])).toEqual([[id, 'answered', 'out']]);
    });

    it('that are dead are replayed, with their attempts kept', async () => {
      const id = await settled('dead');
      const before = await subject.store.getDelivery(id);
      expect(await lease(newId(), Date.now() + 60_000)).toEqual([]);
      expect(await subject.store.replayDelivery(id, { now: iso(), force: false })).toBe(true);
      const row = await subject.store.getDelivery(id);
      expect(row).toMatchObject({ status: 'pending', attempts: before?.attempts });
      expect(row?.result).toBeUndefined();
      expect((await lease(newId())).map((leased) => leased.id)).toEqual([id]);
      expect(await subject.store.replayDelivery(id, { now: iso(), force: true })).toBe(false);
    });

    it('that were delivered are replayed only by force', async () => {
      const id = await settled('delivered');
      expect(await subject.store.replayDelivery(id, { now: iso(), force: false })).toBe(false);
      expect((await subject.store.getDelivery(id))?.status).toBe('delivered');
      expect(await subject.store.replayDelivery(id, { now: iso(), force: true })).toBe(true);
      expect((await subject.store.getDelivery(id))?.status).toBe('pending');
      expect(await subject.store.replayDelivery('nothing', { now: iso(), force: true })).toBe(false);
    });

    it('that are answered or pending are not replayed', async () => {
      for (const status of ['answered', 'pending'] as const) {
        const id = await settled(status);
        expect(await subject.store.replayDelivery(id, { now: iso(), force: true })).toBe(false);
      }
    });

    it('are listed by status, destination and flow, newest first', async () => {
      const destination = newId();
      const entries = Array.from({ length: 5 }, (_, i) =>
        aDelivery({ destination, createdAt: iso(Date.now() - 10_000 + i) }),
      );
      const flow = newId();
      const last = entries[4] as OutboxDelivery;
      last.run = { ...last.run, flow };
      await put(subject, entries);
      const keys = entries.map(({ key }) => key);
      const list = async (query: { destination?: string; flow?: string; status?: DeliveryStatus }) =>
        (await all((page) => subject.store.listDeliveries({ ...page, ...query }), 2)).map(({ id }) => id);
      expect(await list({ destination })).toEqual([...keys].reverse());
      expect(await list({ destination, status: 'dead' })).toEqual([]);
      expect(await list({ destination, status: 'pending' })).toHaveLength(5);
      expect(await list({ flow })).toEqual([last.key]);
      expect(await list({})).toEqual(expect.arrayContaining(keys));
    });
  });
}

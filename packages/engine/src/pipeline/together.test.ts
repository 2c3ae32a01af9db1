import { describe, expect, it } from 'vitest';
import type { Batch } from '../events/batch.js';
import type { Lease } from '../queue/port.js';
import { StoreUnavailable } from '../storage/port.js';
import { HELD } from '../testing/bench.js';
import { all, identify, makeBench, perPartition, track } from '../testing/joint.js';
import { onEachStore } from '../testing/stores.js';

describe('batches of several partitions', () => {
  it('are not joined by one that was begun before: what it has claimed is its own to apply', async () => {
    const bench = await makeBench();
    const commit = bench.context.store.commit;
    const begun = bench.batch([track('m', 'a')], { partition: 3 });
    bench.context.store.commit = async () => {
      throw new StoreUnavailable('away');
    };
    const lease: Lease = { ...HELD, attempt: 1 };
    // By itself, as when it is large: its claim stays.
    bench.context.alone.set(3, 1);
    await expect(bench.process(begun, lease)).rejects.toBeInstanceOf(StoreUnavailable);
    bench.context.store.commit = commit;
    const copies = [[track('x1', 'x')], [track('y1', 'y')], [track('m', 'a')]];
    const batches = [...perPartition(bench, copies), begun];
    Object.assign(lease, { attempt: 2 });
    await all(bench, batches, (n) => (n === 3 ? lease : HELD));
    // As a job that another process has given back: this one does not know of the first attempt.
    const again = bench.batch([track('n', 'a')], { partition: 5 });
    await bench.store.claimMessages([{ id: 'site:n', batch: again.id }]);
    await all(bench, [...perPartition(bench, [[track('x2', 'x')], [track('y2', 'y')], [track('n', 'a')]]), again]);
    const found = await bench.profiles.byIdentifier('anonymousId:a');
    expect((await bench.timeline(found?.id as string)).map(({ messageId }) => messageId).sort()).toEqual(['m', 'n']);
    expect((await bench.store.accounting()).counts).toMatchObject({ applied: 6, duplicate: 2 });
  });

  it('that are still being written when another attempt begins are done once', async () => {
    const bench = await makeBench();
    await bench.apply(track('m0', 'a'));
    const batch = bench.batch([track('m1', 'a')], { partition: 1 });
    let write = () => {};
    const held = new Promise<void>((resolve) => {
      write = resolve;
    });
    const { commit, claimMessages } = bench.context.store;
    bench.context.store.commit = async (work) => {
      if (work.whole) await held;
      return commit(work);
    };
    // The server makes the second attempt's claims wait for the commit that has them.
    bench.context.store.claimMessages = async (claims) => {
      write();
      await first;
      return claimMessages(claims);
    };
    const first = bench.process(batch);
    await bench.process(batch, { ...HELD, attempt: 2 });
    const found = await bench.profiles.byIdentifier('anonymousId:a');
    expect(found?.events.e).toMatchObject({ days: { [new Date().toISOString().slice(0, 10)]: 2 } });
    expect(found?.sequence).toBe(2);
  });

  onEachStore((fresh) => {
    it('that were written in part are done once, though the people in them are joined meanwhile', async () => {
      const store = await fresh();
      const [bench, other] = [await makeBench(store), await makeBench(store)];
      await bench.apply(identify('i1', 'p', 'u1'), identify('i2', 'q', 'u2'));
      let isFirst = true;
      bench.context.store = {
        ...store,
        commit: async (work) => {
          if (!isFirst) return store.commit(work);
          isFirst = false;
          await other.process(other.batch([track('o1', 'q')], { partition: 8 }));
          const result = await store.commit(work);
          expect(result.conflicts.length).toBeGreaterThan(0);
          const alias = { type: 'alias', messageId: 'o2', userId: 'u1', previousId: 'u2' };
          await other.process(other.batch([alias], { partition: 9 }));
          return result;
        },
      };
      const old = { partition: 2, createdAt: Date.now() - 1_000 };
      const first = bench.batch([track('m1', 'p'), track('m2', 'q')], old);
      const behind = bench.batch([track('m3', 'p'), track('m4', 'p')], old);
      const gone: Batch[] = [];
      const drop = async (done: readonly Batch[]) => void gone.push(...done);
      await bench.process(first, { ...HELD, following: async () => [behind], drop });
      if (gone.length === 0) await bench.process(behind);
      const found = await bench.profiles.byIdentifier('userId:u2');
      const timeline = (await bench.timeline(found?.id as string)).map(({ messageId }) => messageId);
      expect(timeline.toSorted()).toEqual(['i1', 'i2', 'm1', 'm2', 'm3', 'm4', 'o1', 'o2']);
      expect(timeline.filter((id) => 'm1 m3 m4'.includes(id))).toEqual(['m1', 'm3', 'm4']);
      expect(Object.values(found?.events.e?.days ?? {})).toEqual([5]);
      expect((await bench.store.accounting()).counts).toMatchObject({ applied: 8, duplicate: 0 });
      expect((await bench.store.listDeliveries({ limit: 100 })).items).toHaveLength(5);
    });
  });

  it('do not wait for one of them that has to be done by itself', async () => {
    const bench = await makeBench();
    for (const batch of perPartition(bench, [[track('p', 'e')], [identify('q', 'c', 'u')]])) await bench.process(batch);
    const later = [[track('n1', 'x')], [track('n2', 'y')], [identify('n3', 'e', 'u')], [track('n4', 'a')]];
    const batches = perPartition(bench, later);
    const { claimMessages } = bench.context.store;
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    bench.context.store.claimMessages = async (claims) => {
      await held;
      return claimMessages(claims);
    };
    const ends = batches.map((batch) => bench.process(batch));
    await Promise.all([ends[0], ends[1], ends[3]]);
    // Its place is free, too: both are.
    await bench.apply(track('n5', 'b'), track('n6', 'b'));
    go();
    await ends[2];
    expect((await bench.store.accounting()).counts.applied).toBe(8);
  });
});

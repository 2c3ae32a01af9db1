import type { Json } from '@tributary/sdk';
import { describe, expect, it } from 'vitest';
import type { Store } from '../storage/port.js';
import { HELD, memoryStore, pipelineBench } from '../testing/bench.js';
import { crashAt } from '../testing/hooks.js';
import { LeaseLost } from './write.js';

const track = (event: string): Json => ({ type: 'track', event, userId: 'u' });

class Death extends Error {}

function onlyDeath(error: unknown): true {
  if (error instanceof Death) return true;
  throw error;
}

describe('a batch that died half written', () => {
  it('keeps the profile and the place of its events, though the profile was merged meanwhile', async () => {
    const inner = await memoryStore();
    let dies = false;
    // What MongoDB has when the process dies after the profiles were written.
    const commit: Store['commit'] = async (whole) => {
      if (!dies) return inner.commit(whole);
      const { receipts: _, ...rest } = whole;
      await inner.commit({ ...rest, events: [], outbox: [], runs: [] });
      throw new Death();
    };
    const half = await pipelineBench({ store: Object.assign(Object.create(inner) as Store, { commit }) });
    await half.apply(track('first'));
    const batch = half.batch([{ type: 'track', event: 'interrupted', anonymousId: 'd' }], { partition: 1 });
    dies = true;
    await expect(half.process(batch)).rejects.toBeInstanceOf(Death);
    dies = false;
    const email = { email: 'a@b.example' };
    const others: Json[] = [
      { type: 'identify', anonymousId: 'd2', userId: 'u', traits: email },
      { type: 'identify', anonymousId: 'd', traits: email },
    ];
    for (const call of others) await half.process(half.batch([call], { partition: 2 }));
    await half.process(batch);
    const profile = await half.profiles.byIdentifier('userId:u');
    const { items } = await half.profiles.events(profile?.id as string, { limit: 10 });
    expect(items).toHaveLength(4);
    expect(new Set(items.map((item) => `${item.profile}/${item.sequence}`)).size).toBe(4);
  });
});

describe('a batch that kills its worker', () => {
  it('is taken event by event, and the one that kills goes to the dead letters', async () => {
    const bench = await pipelineBench({ store: await memoryStore() });
    // A death is not an error that somebody could catch: here it leaves through the lease.
    let dying = false;
    bench.context.flows.live = () => ({ ...live, index: { match: (event) => watch(event) } });
    const live = { flows: [], missing: [], changed: false, index: { match: () => ({ run: [], missing: [] }) } };
    const watch = (event: { name?: string }) => {
      if (event.name === 'killer') dying = true;
      return { run: [], missing: [] };
    };
    const verify = async () => {
      if (dying) {
        dying = false;
        throw new Death();
      }
      return true;
    };
    const batch = bench.batch([track('a'), track('killer'), track('c')]);
    let attempt = 1;
    while (await bench.process(batch, { ...HELD, attempt, verify }).then(() => false, onlyDeath)) attempt++;
    expect(attempt).toBe(6);
    expect(Object.keys((await bench.profiles.byIdentifier('userId:u'))?.events ?? {}).sort()).toEqual(['a', 'c']);
    const [letter] = (await bench.store.listDeadLetters({ limit: 10 })).items;
    expect(letter).toMatchObject({ event: { name: 'killer' }, reason: expect.stringContaining('died 2 times') });
    expect((await bench.store.accounting()).counts).toMatchObject({ applied: 2, deadLettered: 1 });
  });
});

describe('an event that is in work when its batch goes to another', () => {
  /** A worker after the other ends in the first event; the last one does the batch. Answers what was given up. */
  async function given({ stalls, times }: { stalls(time: number): number | undefined; times: number }) {
    const bench = await pipelineBench({ store: await memoryStore() });
    const batch = bench.batch([track('a'), track('b')]);
    const before = 4;
    for (let time = 0; time < times; time++) {
      const lease = { ...HELD, attempt: before + time, stalls: stalls(time) };
      await crashAt('careful:after-note', () => bench.process(batch, lease));
    }
    await bench.process(batch, { ...HELD, attempt: before + times, stalls: stalls(times) });
    return (await bench.store.listDeadLetters({ limit: 10 })).items.map(({ event }) => event.name);
  }

  it('is given up when its worker died twice in it', async () => {
    expect(await given({ stalls: (time) => 3 + time, times: 2 })).toEqual(['a']);
    expect(await given({ stalls: () => undefined, times: 2 })).toEqual(['a']);
  });

  it('is given up when it failed by itself twice under one lease, which nobody takes away', async () => {
    const bench = await pipelineBench({ store: await memoryStore() });
    const batch = bench.batch([track('a'), track('b')]);
    const lease = { ...HELD, attempt: 4, stalls: 0 };
    for (; lease.attempt < 6; lease.attempt++) {
      await crashAt('careful:after-note', () => bench.process(batch, lease));
    }
    await bench.process(batch, lease);
    expect((await bench.store.listDeadLetters({ limit: 10 })).items.map(({ event }) => event.name)).toEqual(['a']);
  });

  it('is not given up for one death, nor for having been given back', async () => {
    expect(await given({ stalls: (time) => 3 + time, times: 1 })).toEqual([]);
    expect(await given({ stalls: () => 3, times: 5 })).toEqual([]);
    expect(await given({ stalls: (time) => (time < 2 ? 3 : 4), times: 5 })).toEqual([]);
  });
});

it('a worker that wakes after its batch was done by another leaves a device to whom it went since', async () => {
  const bench = await pipelineBench();
  const identify = (userId: string): Json => ({ type: 'identify', anonymousId: 'shared', userId });
  await bench.apply(identify('first'));
  const batch = bench.batch([identify('second')]);
  // It stands still behind its look for a receipt: another does this batch, and the next one.
  const { hasReceipt } = bench.store;
  let stood = false;
  bench.store.hasReceipt = async (...batches) => {
    const found = await hasReceipt(...batches);
    if (stood || batches[0]?.id !== batch.id) return found;
    stood = true;
    await bench.process(batch);
    await bench.apply(identify('third'));
    return found;
  };
  await expect(bench.process(batch, { ...HELD, attempt: 2, verify: async () => false })).rejects.toThrow(LeaseLost);
  const owner = await bench.profiles.byIdentifier('anonymousId:shared');
  expect(owner?.id).toBe((await bench.profiles.byIdentifier('userId:third'))?.id);
});

it('a worker that wakes while it merges, after its batch was done by another, makes one of nobody', async () => {
  const bench = await pipelineBench();
  const traits = { email: 'x@site.example' };
  await bench.apply({ type: 'identify', anonymousId: 'd', traits }, { type: 'track', event: 'a', userId: 'u' });
  const batch = bench.batch([{ type: 'track', event: 'b', anonymousId: 'd', userId: 'u' }]);
  // It stands still when it has read whose the two are: the visitor becomes a user, and then this batch joins nobody.
  const { identifiersOf } = bench.store;
  let reads = 0;
  bench.store.identifiersOf = async (profile) => {
    const found = await identifiersOf(profile);
    if (++reads !== 2) return found;
    await bench.process(bench.batch([{ type: 'identify', userId: 'other', traits }], { partition: 7 }));
    await bench.process(batch);
    return found;
  };
  const late = bench.process(batch, { ...HELD, verify: async () => reads < 2 });
  await expect(late).rejects.toThrow(LeaseLost);
  const [one, other] = await Promise.all(['u', 'other'].map((user) => bench.profiles.byIdentifier(`userId:${user}`)));
  expect(other?.id).toBe((await bench.profiles.byIdentifier('anonymousId:d'))?.id);
  expect(one?.id).not.toBe(other?.id);
});

describe('a merge whose survivor becomes a known user', () => {
  const traits = { email: 'x@site.example' };

  async function bed() {
    const bench = await pipelineBench();
    await bench.apply({ type: 'identify', anonymousId: 'd', traits }, { type: 'track', event: 'a', userId: 'u' });
    const becomesKnown = bench.batch([{ type: 'identify', userId: 'other', traits }], { partition: 7 });
    const merges = (type: 'track' | 'alias'): Json =>
      type === 'track' ? { type, event: 'b', anonymousId: 'd', userId: 'u' } : { type, previousId: 'd', userId: 'u' };
    const ids = async () => {
      const found = await Promise.all(
        ['userId:u', 'userId:other', 'anonymousId:d'].map((key) => bench.profiles.byIdentifier(key)),
      );
      return found.map((profile) => profile?.id);
    };
    /** A worker dies behind the freeze, the survivor becomes known, and the batch comes again. */
    const dies = async (type: 'track' | 'alias') => {
      const batch = bench.batch([merges(type)]);
      await crashAt('merge:after-freeze', () => bench.process(batch));
      await bench.process(becomesKnown);
      await bench.process(batch, { ...HELD, attempt: 2 });
    };
    return { bench, becomesKnown, merges, dies, ids };
  }

  it('between the last read and the freeze, is taken back: two users stay two', async () => {
    const { bench, becomesKnown, merges, ids } = await bed();
    const { replaceProfile } = bench.store;
    let frozen = 0;
    bench.store.replaceProfile = async (profile) => {
      if (profile.into && frozen++ === 0) await bench.process(becomesKnown);
      return replaceProfile(profile);
    };
    await bench.apply(merges('track'));
    expect(frozen).toBe(1);
    const [u, other, d] = await ids();
    expect(d).toBe(other);
    expect(u).not.toBe(other);
    const events = await bench.profiles.events(u as string, { limit: 10 });
    expect(events.items.map(({ event }) => (event as { name?: string }).name)).toEqual(['b', 'a']);
  });

  it('after a death behind the freeze, is taken back by whoever comes by', async () => {
    const { dies, ids } = await bed();
    await dies('track');
    const [u, other, d] = await ids();
    expect(d).toBe(other);
    expect(u).not.toBe(other);
  });

  it('is completed all the same when a sender says that they are one', async () => {
    const { dies, ids } = await bed();
    await dies('alias');
    expect(new Set(await ids()).size).toBe(1);
  });
});

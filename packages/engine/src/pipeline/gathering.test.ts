import type { Json } from '@tributary/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import type { Batch } from '../events/batch.js';
import { normaliseCall } from '../events/normalise.js';
import type { Lease } from '../queue/port.js';
import { StoreUnavailable } from '../storage/port.js';
import { HELD, memoryStore, pipelineBench } from '../testing/bench.js';
import { Crash, onCrashPoint } from '../testing/hooks.js';
import { tell } from '../testing/plugins.js';

const track = (messageId: string, anonymousId: string): Json => ({ type: 'track', event: 'e', messageId, anonymousId });
const identify = (messageId: string, anonymousId: string, userId: string): Json => ({
  ...{ type: 'identify', messageId, anonymousId, userId },
});

async function makeBench() {
  const bench = await pipelineBench({ plugins: [tell], store: await memoryStore() });
  const nodes = { t: { plugin: 'tell@1.0.0', config: {} } };
  await bench.publish({ id: 'f', trigger: { events: ['track'] }, nodes, edges: [{ from: 'trigger', to: 't' }] });
  return bench;
}
type Bench = Awaited<ReturnType<typeof makeBench>>;

/** All batches at once, each from a partition of its own. Two go ahead, each by itself; the others come together. */
function all(bench: Bench, batches: readonly Batch[], lease: (n: number) => Lease = () => HELD) {
  return Promise.allSettled(batches.map((batch, n) => bench.process(batch, lease(n))));
}

const perPartition = (bench: Bench, calls: Json[][]) =>
  calls.map((each, partition) => bench.batch(each, { partition }));

async function stateOf(bench: Bench, keys: string[]) {
  const timelines = [];
  for (const key of keys) {
    const profile = await bench.profiles.byIdentifier(key);
    const timeline = profile && (await bench.timeline(profile.id));
    timelines.push([key, timeline?.map(({ messageId }) => messageId).sort()]);
  }
  const { items } = await bench.store.listDeliveries({ limit: 100 });
  const { counts, accepted, nodes } = await bench.store.accounting();
  const partitions = items.map(({ id, partition }) => [id, partition]).sort();
  return { timelines, deliveries: partitions, counts, accepted, nodes };
}

/** One person on two devices, whose events are in two partitions; a repeat over two partitions; a bad event. */
const PLAIN: Json[][] = [
  [track('m0', 'x')],
  [track('m1', 'y')],
  [track('m2', 'a'), track('m3', 'b')],
  [identify('m4', 'c', 'u'), track('m5', 'c')],
  [identify('m6', 'd', 'u'), { type: 'track', messageId: 'bad', anonymousId: 'a' }],
  [track('m2', 'a')],
];
const PEOPLE = ['x', 'y', 'a', 'b', 'c', 'd'].map((id) => `anonymousId:${id}`);

async function oneByOne(calls: Json[][]) {
  const bench = await makeBench();
  for (const batch of perPartition(bench, calls)) await bench.process(batch);
  return stateOf(bench, PEOPLE);
}

describe('batches of several partitions', () => {
  afterEach(() => onCrashPoint(undefined));

  it('that come while others are in work are done in one commit, to the same outcome', async () => {
    const bench = await makeBench();
    let commits = 0;
    onCrashPoint((name) => {
      if (name === 'part:after-commit') commits++;
    });
    const batches = perPartition(bench, PLAIN);
    for (const { status } of await all(bench, batches)) expect(status).toBe('fulfilled');
    expect(commits).toBe(3);
    const state = await stateOf(bench, PEOPLE);
    expect(state).toEqual(await oneByOne(PLAIN));
    expect(state.counts).toMatchObject({ applied: 7, duplicate: 1, quarantined: 1 });
    for (const { id, partition } of batches) expect(await bench.store.hasReceipt({ id, partition })).toBe(true);
  });

  it('leave to itself the one that joins people, and are done without it', async () => {
    const calls = [...PLAIN, [track('m7', 'e')], [identify('m8', 'e', 'u')]];
    const bench = await makeBench();
    for (const batch of perPartition(bench, calls.slice(0, 7))) await bench.process(batch);
    const later = [
      [track('n1', 'x')],
      [track('n2', 'y')],
      [identify('n3', 'e', 'u')],
      [track('n4', 'a')],
      [track('n5', 'b')],
    ];
    let commits = 0;
    onCrashPoint((name) => {
      if (name === 'part:after-commit') commits++;
    });
    for (const { status } of await all(bench, perPartition(bench, later))) expect(status).toBe('fulfilled');
    // Two at once, two together, and the one.
    expect(commits).toBe(4);
    const [one, other] = await Promise.all(
      ['anonymousId:e', 'userId:u'].map((key) => bench.profiles.byIdentifier(key)),
    );
    expect(one?.id).toBe(other?.id);
    expect((await bench.store.accounting()).counts.applied).toBe(13);
  });

  it('come to the same outcome whichever line a worker dies at', async () => {
    const points: string[] = [];
    onCrashPoint((name) => {
      points.push(name);
    });
    const whole = await makeBench();
    await all(whole, perPartition(whole, PLAIN));
    const expected = await stateOf(whole, PEOPLE);
    for (let at = 1; at <= points.length; at++) {
      const bench = await makeBench();
      let met = 0;
      // A process dies as a whole: nothing goes on behind the point.
      onCrashPoint((name) => {
        if (++met >= at) throw new Crash(name);
      });
      const batches = perPartition(bench, PLAIN);
      await all(bench, batches);
      onCrashPoint(undefined);
      await all(bench, batches, () => ({ ...HELD, attempt: 2 }));
      expect(await stateOf(bench, PEOPLE), `died at ${at}: ${points[at - 1]}`).toEqual(expected);
    }
  });

  it('are not done together when the lease of one is lost: that one is given up, the others are done', async () => {
    const bench = await makeBench();
    const batches = perPartition(bench, PLAIN.slice(0, 5));
    const lost: Lease = { ...HELD, verify: async () => false };
    const ends = await all(bench, batches, (n) => (n === 3 ? lost : HELD));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(ends[3]).toMatchObject({ reason: { name: 'LeaseLost' } });
    expect((await bench.store.accounting()).counts.applied).toBe(5);
  });

  it('all fail when the store is away, and are done when it is back', async () => {
    const bench = await makeBench();
    const batches = perPartition(bench, PLAIN);
    const commit = bench.context.store.commit;
    bench.context.store.commit = async () => {
      throw new StoreUnavailable('away');
    };
    for (const end of await all(bench, batches)) expect(end).toMatchObject({ reason: { name: 'StoreUnavailable' } });
    bench.context.store.commit = commit;
    for (const { status } of await all(bench, batches)) expect(status).toBe('fulfilled');
    expect(await stateOf(bench, PEOPLE)).toEqual(await oneByOne(PLAIN));
  });

  it('fail alone, each for itself', async () => {
    const bench = await makeBench();
    const batches = perPartition(bench, PLAIN);
    const commit = bench.context.store.commit;
    bench.context.store.commit = async (work) => {
      if (work.profiles.some(({ identifiers }) => identifiers.some(({ value }) => value === 'u')))
        throw new Error('bug');
      return commit(work);
    };
    const ends = await all(bench, batches);
    const failed = ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'];
    expect(ends.map(({ status }) => status)).toEqual(failed);
  });

  it('leave rejected events in the quarantine, from where each can be replayed', async () => {
    const bench = await makeBench();
    await all(bench, perPartition(bench, PLAIN));
    const [row] = (await bench.store.listQuarantine({ limit: 10 })).items;
    const again = normaliseCall({ ...(track('bad', 'a') as object) } as Json, {
      ...{ source: 'site', rules: bench.context.rules, receivedAt: Date.now(), small: false },
    });
    if (!row || again.kind !== 'event') throw new Error('nothing to replay');
    const of = { list: 'quarantine', id: row.id } as const;
    await bench.process(bench.items([{ kind: 'replay', event: again.event, of }], { partition: 4 }));
    expect((await bench.store.accounting()).counts).toMatchObject({ applied: 8, quarantined: 0 });
  });

  it('are done in parts when one person has very many of the events', async () => {
    const bench = await makeBench();
    let commits = 0;
    onCrashPoint((name) => {
      if (name === 'part:after-commit') commits++;
    });
    const many = (from: string, who: (n: number) => string) =>
      bench.batch(Array.from({ length: 300 }, (_, n) => track(`${from}${n}`, who(n))));
    await bench.process(many('s', (n) => `several${n % 2}`));
    expect(commits).toBe(1);
    await bench.process(many('o', () => 'one'));
    expect(commits).toBe(3);
    expect((await bench.store.accounting()).counts.applied).toBe(600);
  });

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

import type { Json } from '@tributary/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { momentOf } from '../events/clock.js';
import { normaliseCall } from '../events/normalise.js';
import type { Lease } from '../queue/port.js';
import { StoreUnavailable } from '../storage/port.js';
import { HELD } from '../testing/bench.js';
import { Crash, onCrashPoint } from '../testing/hooks.js';
import { all, type Bench, identify, makeBench, perPartition, track } from '../testing/joint.js';
import { onEachStore } from '../testing/stores.js';

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

  it('that come in the same moment are done in one commit', async () => {
    const bench = await makeBench();
    let commits = 0;
    onCrashPoint((name) => {
      if (name === 'part:after-commit') commits++;
    });
    await Promise.all(perPartition(bench, PLAIN).map((batch) => bench.process(batch)));
    expect(commits).toBe(1);
    expect(await stateOf(bench, PEOPLE)).toEqual(await oneByOne(PLAIN));
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

  onEachStore((fresh) => {
    it('come to the same outcome whichever line a worker dies at', async () => {
      const points: string[] = [];
      onCrashPoint((name) => {
        points.push(name);
      });
      const whole = await makeBench(await fresh());
      await all(whole, perPartition(whole, PLAIN));
      const expected = await stateOf(whole, PEOPLE);
      for (let at = 1; at <= points.length; at++) {
        const bench = await makeBench(await fresh());
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
      ...{ source: 'site', rules: bench.context.rules, received: momentOf(Date.now()), small: false },
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
});

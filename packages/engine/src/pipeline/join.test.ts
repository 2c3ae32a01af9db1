import type { Json } from '@tributary/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import type { Batch } from '../events/batch.js';
import type { Store } from '../storage/port.js';
import { HELD, memoryStore, pipelineBench } from '../testing/bench.js';
import { Crash, onCrashPoint } from '../testing/hooks.js';
import { tell } from '../testing/plugins.js';
import { onEachStore } from '../testing/stores.js';

type Bench = Awaited<ReturnType<typeof pipelineBench>>;

const track = (messageId: string, anonymousId: string): Json => ({ type: 'track', event: 'e', messageId, anonymousId });
const identify = (messageId: string, anonymousId: string, userId: string): Json => ({
  ...{ type: 'identify', messageId, anonymousId, userId },
  traits: { plan: messageId },
});
const bad: Json = { type: 'track', messageId: 'bad', anonymousId: 'a' };

/** What waits in one partition: a new person in two batches, a repeat over them, a bad event. */
const PLAIN: Json[][] = [
  [track('m1', 'a'), track('m2', 'b')],
  [identify('m3', 'a', 'u1'), bad],
  [track('m1', 'a'), track('m4', 'a')],
  [identify('m5', 'b', 'u2'), track('m6', 'b')],
];
/** The device changes hands, and two stored people are joined. */
const TANGLED: Json[][] = [
  ...PLAIN,
  [identify('m7', 'a', 'u2'), track('m8', 'a')],
  [{ type: 'alias', messageId: 'm9', userId: 'u1', previousId: 'u2' }],
];

interface Played {
  state: unknown;
  points: string[];
  commits: number;
}

/** Works a partition off, with what is behind a batch or without, and dies at the `at`-th crash point. */
async function play(store: Store, calls: Json[][], isJoining: boolean, at = 0): Promise<Played> {
  const bench = await pipelineBench({ plugins: [tell], store });
  const nodes = { t: { plugin: 'tell@1.0.0', config: {} } };
  await bench.publish({ id: 'f', trigger: { events: ['track'] }, nodes, edges: [{ from: 'trigger', to: 't' }] });
  let queue = calls.map((each) => bench.batch(each, { createdAt: Date.now() - 1_000 }));
  const points: string[] = [];
  onCrashPoint((name) => {
    points.push(name);
    if (points.length === at) throw new Crash(name);
  });
  const attempts = new Map<string, number>();
  for (let batch = queue[0]; batch; batch = queue[0]) {
    const attempt = (attempts.get(batch.id) ?? 0) + 1;
    attempts.set(batch.id, attempt);
    const following = async (n: number) => (isJoining ? queue.slice(1, 1 + n) : []);
    const drop = async (done: readonly Batch[]) => {
      queue = queue.filter((each) => !done.includes(each));
    };
    try {
      await bench.process(batch, { ...HELD, attempt, following, drop });
      queue.shift();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
  onCrashPoint(undefined);
  return { state: await stateOf(bench), points, commits: points.filter((p) => p === 'part:after-commit').length };
}

async function stateOf(bench: Bench) {
  const people = [];
  for (const key of ['anonymousId:a', 'anonymousId:b', 'userId:u1', 'userId:u2']) {
    const profile = await bench.profiles.byIdentifier(key);
    if (!profile) throw new Error(`no profile of ${key}`);
    people.push({
      key,
      identifiers: profile.identifiers.map((i) => `${i.type}:${i.value}`).sort(),
      plan: profile.traits.plan?.value,
      timeline: (await bench.timeline(profile.id)).map(({ messageId }) => messageId),
    });
  }
  const { items } = await bench.store.listDeliveries({ limit: 100 });
  const { counts, accepted, nodes } = await bench.store.accounting();
  return { people, deliveries: items.map(({ id }) => id).sort(), counts, accepted, nodes };
}

describe('batches that wait behind each other', () => {
  afterEach(() => onCrashPoint(undefined));

  onEachStore((fresh) => {
    it('are done in one commit, to the same outcome', async () => {
      const [joined, alone] = [await play(await fresh(), PLAIN, true), await play(await fresh(), PLAIN, false)];
      expect(alone.state).toMatchObject({ counts: { applied: 6, duplicate: 1, quarantined: 1 } });
      expect(joined.state).toEqual(alone.state);
      expect([joined.commits, alone.commits]).toEqual([1, 4]);
    });

    it('end where people are joined or a device changes hands: that one is done by itself', async () => {
      const [joined, alone] = [await play(await fresh(), TANGLED, true), await play(await fresh(), TANGLED, false)];
      expect(joined.state).toEqual(alone.state);
      expect([joined.commits, alone.commits]).toEqual([3, 6]);
    });

    it.each([
      ['plain', PLAIN],
      ['tangled', TANGLED],
    ])('come to the same outcome whichever line a worker dies at: %s', async (_, calls) => {
      const whole = await play(await fresh(), calls, true);
      for (let at = 1; at <= whole.points.length; at++) {
        const crashed = await play(await fresh(), calls, true, at);
        expect(crashed.state, `died at ${at}: ${whole.points[at - 1]}`).toEqual(whole.state);
      }
    });
  });

  it.each([
    ['once are computed once more', 1, true],
    ['twice are done one by one, and nothing is written of them together', 2, false],
  ])('in conflict %s', async (_, times, isDone) => {
    const bench = await pipelineBench({ store: await memoryStore() });
    await bench.apply(identify('m0', 'c', 'u'));
    const old = { createdAt: Date.now() - 1_000 };
    const [first, second] = [bench.batch([track('m1', 'd')], old), bench.batch([track('m2', 'c')], old)];
    let between = 0;
    const verify = async () => {
      if (between++ >= times) return true;
      const call = { type: 'track', event: 'e', messageId: `other${between}`, userId: 'u' };
      await bench.process(bench.batch([call], { partition: 9 }));
      return true;
    };
    await bench.process(first, { ...HELD, verify, following: async () => [second] });
    expect(bench.conflicts).toEqual(Array(times).fill(2));
    expect(await bench.store.hasReceipt({ id: second.id, partition: 0 })).toBe(isDone);
    await bench.process(second);
    const found = await bench.profiles.byIdentifier('userId:u');
    const others = Array.from({ length: times }, (_each, n) => `other${n + 1}`);
    const timeline = (await bench.timeline(found?.id as string)).map(({ messageId }) => messageId);
    expect(timeline.sort()).toEqual(['m0', 'm2', ...others].sort());
    expect((await bench.store.accounting()).counts).toMatchObject({ applied: 3 + times, duplicate: 0 });
  });

  it('are not read ahead after a death, or by a batch that is large or has not waited', async () => {
    const bench = await pipelineBench({ store: await memoryStore() });
    const asked: number[] = [];
    const following = async (n: number) => {
      asked.push(n);
      return [];
    };
    const old = { createdAt: Date.now() - 1_000 };
    const many = Array.from({ length: 500 }, (_, n) => track(`n${n}`, 'e'));
    await bench.process(bench.batch([track('m1', 'd')], old), { ...HELD, attempt: 2, following });
    await bench.process(bench.batch(many, { ...old, partition: 2 }), { ...HELD, following });
    await bench.process(bench.batch([track('m2', 'd')]), { ...HELD, following });
    expect(asked).toEqual([]);
    await bench.process(bench.batch(many.slice(0, 50), { ...old, partition: 1 }), { ...HELD, following });
    expect(asked).toEqual([9]);
  });

  it('are done one by one for a while after a death: it may have been one behind that killed', async () => {
    const bench = await pipelineBench({ store: await memoryStore() });
    let asked = 0;
    const following = async () => {
      asked++;
      return [];
    };
    const old = { createdAt: Date.now() - 1_000 };
    await bench.process(bench.batch([track('m1', 'd')], old), { ...HELD, attempt: 2, following });
    for (let n = 0; n < 32; n++) {
      await bench.process(bench.batch([track(`a${n}`, 'd')], old), { ...HELD, following });
    }
    expect(asked).toBe(0);
    await bench.process(bench.batch([track('m2', 'd')], old), { ...HELD, following });
    expect(asked).toBe(1);
  });
});

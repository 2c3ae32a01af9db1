import { definePlugin, type Json, Type } from '@tributary/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HELD, pipelineBench } from '../testing/bench.js';
import { tell } from '../testing/plugins.js';
import { LeaseLost } from './write.js';

const set = definePlugin({
  name: 'set',
  version: '1.0.0',
  title: 'Set',
  config: Type.Object({ to: Type.String(), from: Type.String() }),
  ports: ['out'],
  run({ profile, read }, { to, from }) {
    profile.set(to, read(from) ?? null);
    return 'out';
  },
});
const know = definePlugin({
  name: 'know',
  version: '1.0.0',
  title: 'Know',
  config: Type.Object({ type: Type.String(), from: Type.String() }),
  ports: ['out'],
  run({ profile, read }, { type, from }) {
    profile.identify(type, String(read(from)));
    return 'out';
  },
});
const boom = definePlugin({
  name: 'boom',
  version: '1.0.0',
  title: 'Boom',
  config: Type.Object({}),
  ports: ['out'],
  run() {
    throw new Error('out of order');
  },
});

type Bench = Awaited<ReturnType<typeof pipelineBench>>;
let bench: Bench;
beforeEach(async () => {
  bench = await pipelineBench({ plugins: [set, tell, know, boom] });
});
afterEach(() => bench.close());

const track = (event: string, more: { [key: string]: Json } = {}): Json => ({
  type: 'track',
  event,
  userId: 'u',
  ...more,
});
const flow = (id: string, nodes: { [id: string]: { plugin: string; config: Json } }, edges: [string, string][]) => ({
  id,
  trigger: { events: ['track'] },
  nodes,
  edges: edges.map(([from, to]) => ({ from, to })),
});

async function user() {
  const profile = await bench.profiles.byIdentifier('userId:u');
  if (!profile) throw new Error('no profile');
  return profile;
}

describe('a batch', () => {
  it('applies a message once, whatever batch its copies are in', async () => {
    const call = track('buy', { messageId: 'm1' });
    await bench.apply(call, call);
    await bench.process(bench.batch([call], { partition: 3 }));
    expect((await user()).sequence).toBe(1);
    expect((await bench.store.accounting()).counts).toMatchObject({ applied: 1, duplicate: 2 });
  });

  it('that comes back as new after later ones, from a queue that was restored, changes nothing', async () => {
    const [a, b] = [bench.batch([track('a')]), bench.batch([track('b')])];
    for (const batch of [a, b, a, b]) await bench.process(batch);
    expect((await user()).sequence).toBe(2);
  });

  it('keeps its order within a profile', async () => {
    const calls = Array.from({ length: 450 }, (_, n) => track(`e${n}`));
    await bench.apply(...calls);
    const { items } = await bench.profiles.events((await user()).id, { limit: 500 });
    const bySequence = items.sort((a, b) => a.sequence - b.sequence);
    expect(bySequence.map((item) => item.event.name)).toEqual(calls.map((_, n) => `e${n}`));
    expect(bySequence.map((item) => item.sequence)).toEqual(calls.map((_, n) => n + 1));
  });

  it('sends what broke a rule into quarantine, and accounts for it', async () => {
    await bench.apply(track('ok'), { type: 'track', userId: 'u', messageId: 'bad' }, { type: 'nonsense', userId: 'u' });
    const { items } = await bench.store.listQuarantine({ limit: 10 });
    expect(items.map((item) => [item.code, item.path]).sort()).toEqual([
      ['NO_EVENT_NAME', '/event'],
      ['UNKNOWN_TYPE', '/type'],
    ]);
    expect((await bench.store.accounting()).counts).toMatchObject({ applied: 1, quarantined: 2 });
  });

  it('takes a quarantined message over when it is replayed, once', async () => {
    await bench.apply({ type: 'track', userId: 'u', messageId: 'bad' });
    const [row] = (await bench.store.listQuarantine({ limit: 1 })).items;
    const [mended] = bench.batch([track('mended', { messageId: 'bad' })]).items;
    if (mended?.kind !== 'event' || !row) throw new Error('no row');
    const replay = { kind: 'replay' as const, event: mended.event, of: { list: 'quarantine' as const, id: row.id } };
    await bench.process(bench.items([replay]));
    await bench.process(bench.items([replay]));
    expect((await user()).sequence).toBe(1);
    expect((await bench.store.listQuarantine({ limit: 10 })).items).toEqual([]);
    expect((await bench.store.accounting()).counts).toMatchObject({ applied: 1, quarantined: 0, duplicate: 0 });
  });

  it('keeps the order of a device that changes hands, whatever other partitions do to its profiles meanwhile', async () => {
    // The second user is the older profile: it survives the merge.
    await bench.apply(track('older', { userId: 'u2' }), { type: 'identify', anonymousId: 'd', userId: 'u' });
    const bare = (event: string): Json => ({ type: 'track', event, anonymousId: 'd' });
    // First the first user's profile moves on, so that it is in conflict; then the two are one.
    const others: Json[] = [track('between'), { type: 'alias', previousId: 'u', userId: 'u2' }];
    const verify = async () => {
      const other = others.shift();
      if (other) await bench.process(bench.batch([other], { partition: 7 }));
      return true;
    };
    const calls = [bare('one'), { type: 'identify', anonymousId: 'd', userId: 'u2' }, bare('two')];
    await bench.process(bench.batch(calls), { ...HELD, verify });
    const profile = await user();
    const { items } = await bench.profiles.events(profile.id, { limit: 100 });
    const here = items.filter((item) => item.event.anonymousId === 'd' && item.profile === profile.id);
    const order = here.sort((a, b) => a.sequence - b.sequence).map((item) => item.event.name ?? item.event.userId);
    expect(order).toEqual(['one', 'u2', 'two']);
  });

  it('writes nothing once its lease is lost', async () => {
    const lost = { ...HELD, verify: async () => false };
    await expect(bench.process(bench.batch([track('a')]), lost)).rejects.toBeInstanceOf(LeaseLost);
    expect(
      await bench.store.loadProfiles(
        [...(await bench.store.findIdentifiers(['userId:u'])).values()].map((d) => d.profile),
      ),
    ).toEqual(new Map());
  });

  it('computes again from fresh state when another partition was quicker', async () => {
    await bench.apply(identify('d1'));
    let first = true;
    const verify = async () => {
      if (first) {
        first = false;
        await bench.process(bench.batch([track('between', { anonymousId: 'd2' })], { partition: 7 }));
      }
      return true;
    };
    await bench.process(bench.batch([track('late')]), { ...HELD, verify });
    expect(bench.conflicts).toEqual([1]);
    expect(Object.keys((await user()).events).sort()).toEqual(['between', 'identify', 'late']);
    expect((await user()).sequence).toBe(3);
  });
});

const identify = (anonymousId: string): Json => ({ type: 'identify', userId: 'u', anonymousId });

describe('passages of nodes', () => {
  it('are counted once, also for profiles that were written while another one was in conflict', async () => {
    await bench.publish(
      flow('f', { n: { plugin: 'set@1.0.0', config: { to: 'a', from: 'event.name' } } }, [['trigger', 'n']]),
    );
    const page = (userId: string): Json => ({ type: 'page', userId });
    await bench.apply(page('a'), page('b'));
    let once = false;
    const verify = async () => {
      if (!once) await bench.process(bench.batch([page('b')], { partition: 2 }));
      once = true;
      return true;
    };
    const batch = bench.batch([track('x', { userId: 'a' }), track('x', { userId: 'b' })], { partition: 1 });
    // By itself, as after a death: else it is written as a whole or not at all.
    await bench.process(batch, { ...HELD, attempt: 2, verify });
    expect(bench.conflicts).toEqual([1]);
    expect((await bench.store.accounting()).nodes).toEqual({ 'f@1/n/out': 2 });
  });
});

describe('flows in a batch', () => {
  it('change the profile, with the node as the origin of the value', async () => {
    await bench.publish(
      flow('f', { n: { plugin: 'set@1.0.0', config: { to: 'traits.price', from: 'event.properties.price' } } }, [
        ['trigger', 'n'],
      ]),
    );
    await bench.apply(track('buy', { properties: { price: 12 } }));
    const { price } = (await user()).traits;
    expect(price).toMatchObject({ value: 12, by: { source: 'site', flow: 'f', version: 1, node: 'n' } });
  });

  it('do not let an older event overwrite a newer value', async () => {
    await bench.publish(
      flow('f', { n: { plugin: 'set@1.0.0', config: { to: 'price', from: 'event.properties.price' } } }, [
        ['trigger', 'n'],
      ]),
    );
    await bench.apply(track('new', { timestamp: '2026-02-02T00:00:00Z', properties: { price: 2 } }));
    await bench.apply(track('old', { timestamp: '2026-01-01T00:00:00Z', properties: { price: 1 } }));
    await bench.apply(track('same', { timestamp: '2026-02-02T00:00:00Z', properties: { price: 3 } }));
    expect((await user()).traits.price?.value).toBe(3);
  });

  it('hand effects over in the same commit, under a key that does not change', async () => {
    await bench.publish(flow('f', { t: { plugin: 'tell@1.0.0', config: {} } }, [['trigger', 't']]));
    const batch = bench.batch([track('buy', { messageId: 'm' })]);
    await bench.process(batch);
    await bench.process(batch);
    const { items } = await bench.store.listDeliveries({ limit: 10 });
    expect(items.map((row) => [row.id, row.status])).toEqual([['site:m:f@1:t:1', 'pending']]);
  });

  it('that throw fail their run, keep the error with its node, and leave the batch alone', async () => {
    await bench.publish(flow('f', { b: { plugin: 'boom@1.0.0', config: {} } }, [['trigger', 'b']]));
    await bench.apply(track('one'), track('two'));
    expect((await user()).sequence).toBe(2);
    const { items } = await bench.store.listRuns({ limit: 10 });
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ status: 'failed', steps: [{ node: 'b', error: 'Error: out of order' }] });
  });

  it('can find identifiers in an event: the profiles that have them are joined', async () => {
    await bench.publish(
      flow('f', { k: { plugin: 'know@1.0.0', config: { type: 'loyalty', from: 'event.properties.card' } } }, [
        ['trigger', 'k'],
      ]),
    );
    await bench.apply({ type: 'track', event: 'shop', anonymousId: 'd1', properties: { card: 'c-77' } });
    await bench.apply({ type: 'track', event: 'web', anonymousId: 'd2', properties: { card: 'c-77' } });
    const [one, two] = [
      await bench.profiles.byIdentifier('anonymousId:d1'),
      await bench.profiles.byIdentifier('loyalty:c-77'),
    ];
    expect(one?.id).toBe(two?.id);
    expect(one?.identifiers.map((i) => `${i.type}:${i.value}`).sort()).toEqual([
      'anonymousId:d1',
      'anonymousId:d2',
      'loyalty:c-77',
    ]);
    expect(Object.keys(one?.events ?? {}).sort()).toEqual(['shop', 'web']);
  });
});

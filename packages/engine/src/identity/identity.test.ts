import type { Json } from '@tributary/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HELD, pipelineBench } from '../testing/bench.js';

type Bench = Awaited<ReturnType<typeof pipelineBench>>;
let bench: Bench;
beforeEach(async () => {
  bench = await pipelineBench();
});
afterEach(() => bench.close());

const track = (event: string, who: { [id: string]: string }): Json => ({ type: 'track', event, ...who });
const identify = (who: { [id: string]: string }, traits: { [key: string]: Json } = {}): Json => ({
  type: 'identify',
  ...who,
  traits,
});

async function names(identifier: string): Promise<string[] | undefined> {
  const profile = await bench.profiles.byIdentifier(identifier);
  if (!profile) return undefined;
  return (await bench.timeline(profile.id)).map((event) => event.name ?? event.type);
}

/** The same rules hold whether the calls come in one batch or in a batch each. */
describe.each([
  ['in one batch', async (...calls: Json[]) => bench.apply(...calls)],
  [
    'in a batch each',
    async (...calls: Json[]) =>
      void (await calls.reduce<Promise<void>>(
        (before, call) => before.then(() => bench.apply(call)),
        Promise.resolve(),
      )),
  ],
])('identity, %s', (_, apply) => {
  it('joins the history of a device to the person who identifies on it', async () => {
    await apply(
      track('a', { anonymousId: 'd1' }),
      identify({ anonymousId: 'd1', userId: 'u1' }),
      track('b', { anonymousId: 'd1' }),
    );
    expect(await names('userId:u1')).toEqual(['a', 'identify', 'b']);
  });

  it('joins a new device to a user who is known already, by a merge', async () => {
    await apply(identify({ anonymousId: 'd1', userId: 'u1' }), track('a', { anonymousId: 'd1' }));
    await apply(
      track('b', { anonymousId: 'd2' }),
      identify({ anonymousId: 'd2', userId: 'u1' }),
      track('c', { anonymousId: 'd2' }),
    );
    expect(new Set(await names('userId:u1'))).toEqual(new Set(['identify', 'a', 'b', 'c']));
    const profile = await bench.profiles.byIdentifier('anonymousId:d2');
    expect(profile?.identifiers.map((i) => i.value).sort()).toEqual(['d1', 'd2', 'u1']);
    expect(profile?.events.b && profile.events.a).toBeTruthy();
  });

  it('does not melt two people who share a device together', async () => {
    await apply(
      track('before', { anonymousId: 'd' }),
      identify({ anonymousId: 'd', userId: 'u1' }),
      track('one', { anonymousId: 'd' }),
      identify({ anonymousId: 'd', userId: 'u2' }),
      track('two', { anonymousId: 'd' }),
      track('mine', { anonymousId: 'd', userId: 'u1' }),
      track('still two', { anonymousId: 'd' }),
      identify({ anonymousId: 'd', userId: 'u1' }),
      track('one again', { anonymousId: 'd' }),
    );
    expect(await names('userId:u1')).toEqual(['before', 'identify', 'one', 'mine', 'identify', 'one again']);
    expect(await names('userId:u2')).toEqual(['identify', 'two', 'still two']);
    expect((await bench.profiles.byIdentifier('anonymousId:d'))?.id).toBe(
      (await bench.profiles.byIdentifier('userId:u1'))?.id,
    );
  });

  it('never merges two known users by a shared e-mail', async () => {
    await apply(
      identify({ userId: 'u1' }, { email: 'Family@Example.com' }),
      identify({ userId: 'u2' }, { email: 'family@example.com' }),
    );
    const [one, two] = [await bench.profiles.byIdentifier('userId:u1'), await bench.profiles.byIdentifier('userId:u2')];
    expect(one?.id).not.toBe(two?.id);
    expect((await bench.profiles.byIdentifier('email:family@example.com'))?.id).toBe(one?.id);
    expect(two?.traits.email?.value).toBe('family@example.com');
  });

  it('merges a visitor who left an e-mail with the user who has it', async () => {
    await apply(identify({ anonymousId: 'd1' }, { email: 'a@b.example' }), track('news', { anonymousId: 'd1' }));
    await apply(identify({ anonymousId: 'd2', userId: 'u1' }, { email: 'a@b.example' }));
    expect(new Set(await names('userId:u1'))).toEqual(new Set(['identify', 'news']));
  });

  it('joins known users by an alias, since the sender says so', async () => {
    await apply(track('a', { userId: 'old' }), track('b', { userId: 'new' }), {
      type: 'alias',
      previousId: 'old',
      userId: 'new',
    });
    await apply(track('c', { userId: 'old' }), track('d', { userId: 'new' }));
    expect(new Set(await names('userId:new'))).toEqual(new Set(['a', 'b', 'alias', 'c', 'd']));
  });

  it('remembers an alias of an id that was never seen', async () => {
    await apply(
      { type: 'alias', previousId: 'unseen', userId: 'u' },
      track('late', { userId: 'unseen' }),
      track('x', { userId: 'u' }),
    );
    expect(await names('userId:u')).toEqual(['alias', 'late', 'x']);
  });

  it('takes an event with a blocked userId by its device', async () => {
    await apply(identify({ anonymousId: 'd1', userId: 'null' }), identify({ anonymousId: 'd2', userId: 'undefined' }));
    expect((await bench.profiles.byIdentifier('anonymousId:d1'))?.id).not.toBe(
      (await bench.profiles.byIdentifier('anonymousId:d2'))?.id,
    );
  });
});

describe('identity and repeats', () => {
  it('leaves everything as it is when a batch with a device that changed hands is repeated', async () => {
    const batch = bench.batch([
      track('before', { anonymousId: 'd' }),
      identify({ anonymousId: 'd', userId: 'u1' }),
      identify({ anonymousId: 'd', userId: 'u2' }),
      track('two', { anonymousId: 'd' }),
      identify({ anonymousId: 'd', userId: 'u1' }),
      track('one', { anonymousId: 'd' }),
    ]);
    await bench.process(batch);
    const before = [await names('userId:u1'), await names('userId:u2')];
    const counts = await bench.store.accounting();
    for (let n = 0; n < 3; n++) await bench.process(batch);
    expect([await names('userId:u1'), await names('userId:u2')]).toEqual(before);
    expect(await bench.store.accounting()).toEqual(counts);
    expect((await bench.profiles.byIdentifier('userId:u1'))?.events.one).toMatchObject({ days: expect.anything() });
    expect((await bench.profiles.byIdentifier('userId:u1'))?.sequence).toBe(4);
  });

  it('takes no more values of a kind than a profile may have', async () => {
    for (let n = 0; n < 12; n++) await bench.apply(identify({ userId: 'u' }, { email: `m${n}@b.example` }));
    const profile = await bench.profiles.byIdentifier('userId:u');
    expect(profile?.identifiers.filter((i) => i.type === 'email')).toHaveLength(10);
    expect(profile?.traits.email?.value).toBe('m11@b.example');
    expect(await bench.profiles.byIdentifier('email:m11@b.example')).toBeUndefined();
  });

  it('keeps in the ledger what undoing a merge needs', async () => {
    await bench.apply(identify({ userId: 'u1' }, { plan: 'pro' }));
    await bench.apply(identify({ anonymousId: 'd9' }, { color: 'red' }));
    await bench.apply(identify({ anonymousId: 'd9', userId: 'u1' }));
    const profile = await bench.profiles.byIdentifier('userId:u1');
    const [entry] = await bench.store.ledgerOf(profile?.id as string);
    expect(entry).toMatchObject({ survivor: profile?.id, identifiers: ['anonymousId:d9'], by: { rule: 'identify' } });
    expect(entry?.frozen.traits.color?.value).toBe('red');
    expect(profile?.absorbed).toEqual([{ id: entry?.loser, ledger: entry?.id, version: 1 }]);
    expect(profile?.traits).toMatchObject({ plan: { value: 'pro' }, color: { value: 'red' } });
  });
});

/** A batch of another partition runs between a batch's claims and its commit. */
async function between(first: Json, other: Json): Promise<void> {
  const late = bench.batch([other], { partition: 1 });
  let done = false;
  const verify = async () => {
    if (!done) await bench.process(late);
    done = true;
    return true;
  };
  await bench.process(bench.batch([first], { partition: 2 }), { ...HELD, verify });
}

async function who(...identifiers: string[]): Promise<(string | undefined)[]> {
  return Promise.all(identifiers.map(async (id) => (await bench.profiles.byIdentifier(id))?.id));
}

describe('identity, with two partitions at a time', () => {
  const alias: Json = { type: 'alias', previousId: 'old', userId: 'new' };

  it.each([
    ['old', 'new'],
    ['new', 'old'],
  ])('an alias joins when %s is known and %s is first seen by both at once', async (known, seen) => {
    await bench.apply(track('a', { userId: known }));
    await between(alias, track('b', { anonymousId: 'd', userId: seen }));
    const [x, y] = await who('userId:old', 'userId:new');
    expect(x).toBeDefined();
    expect(x).toBe(y);
  });

  it('two users who are first seen at once are not melted together by an e-mail', async () => {
    await bench.apply(identify({ anonymousId: 'd1' }, { email: 'a@b.example' }));
    await between(identify({ anonymousId: 'd1', userId: 'u1' }), identify({ userId: 'u2' }, { email: 'a@b.example' }));
    const [one, two] = await who('userId:u1', 'userId:u2');
    expect(one).toBeDefined();
    expect(two).toBeDefined();
    expect(one).not.toBe(two);
  });
});

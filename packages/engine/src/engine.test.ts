import { PGlite } from '@electric-sql/pglite';
import { DeliveryError, definePlugin, type Json, Type } from '@tributary/sdk';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from './engine.js';
import { PluginRegistry } from './plugins/index.js';
import type { Engine, Source } from './port.js';
import type { Profile } from './profiles/profile.js';
import { createPostgresQueue } from './queue/postgres.js';
import type { DeliveryRow, DeliveryStatus } from './storage/port.js';
import { createPostgresStore, pgliteSql } from './storage/postgres/index.js';

const calls: { key: string; payload: Json; attempt: number }[] = [];
let failures = 0;
let dead = false;
const fatal: string[] = [];

const ask = definePlugin({
  name: 'ask',
  version: '1.0.0',
  title: 'Ask',
  config: Type.Object({}),
  ports: ['out', 'error'],
  failedPort: 'error',
  prepare: ({ event }) => ({ destination: 'oracle', payload: { name: event.name ?? null } }),
  deliver: async ({ payload, idempotencyKey, attempt }) => {
    calls.push({ key: idempotencyKey, payload, attempt });
    if (dead) throw new DeliveryError('gone', { permanent: true });
    if (failures-- > 0) throw new DeliveryError('busy', { status: 503 });
    return { port: 'out', output: { score: 7 } };
  },
});
const keep = definePlugin({
  name: 'keep',
  version: '1.0.0',
  title: 'Keep',
  config: Type.Object({ as: Type.String() }),
  ports: ['out'],
  run({ profile, read }, { as }) {
    profile.set(as, read('input.score') ?? 'none');
    return 'out';
  },
});
const echo = definePlugin({
  name: 'echo',
  version: '1.0.0',
  title: 'Echo',
  config: Type.Object({}),
  ports: ['out'],
  run({ emit }) {
    emit({ type: 'track', name: 'Echo', properties: {} });
    return 'out';
  },
});
const pause = definePlugin({
  name: 'pause',
  version: '1.0.0',
  title: 'Pause',
  config: Type.Object({}),
  ports: ['out'],
  wait: ({ now }) => ({ until: new Date(Date.parse(now) + 300).toISOString() }),
});

let engine: Engine;
let source: Source;
let pglite: PGlite;

beforeAll(async () => {
  pglite = await PGlite.create();
  engine = await start([ask, keep, echo, pause]);
  source = await engine.sources.create({ id: 'site', name: 'Site', writeKey: 'k' });
});
afterAll(async () => {
  await engine.stop();
  await pglite.close();
});

async function start(plugins: Parameters<PluginRegistry['register']>[0][]): Promise<Engine> {
  const registry = new PluginRegistry();
  for (const plugin of plugins) registry.register(plugin);
  const store = createPostgresStore({ sql: pgliteSql(pglite) });
  await store.open();
  await store.takeOwnership();
  const queue = await createPostgresQueue({ pglite, partitions: 4 });
  const made = createEngine({
    store,
    queue,
    registry,
    log: pino({ level: 'silent' }),
    settings: { shutdownMs: 5_000, allowPrivateDestinations: false },
    onFatal: (error) => fatal.push(error.name),
    deliveries: { backoff: { attempts: 4, baseMs: 20, maxMs: 100 }, pollMs: 50 },
  });
  await made.start(['api', 'worker', 'scheduler']);
  return made;
}

const send = (...batch: Json[]) => engine.collect.accept({ source, calls: batch });
const track = (event: string, userId: string, more: { [key: string]: Json } = {}): Json => ({
  type: 'track',
  event,
  userId,
  ...more,
});

/** Publishes and waits until the worker has taken it. */
async function publish(
  id: string,
  event: string,
  nodes: string[],
  config: { [node: string]: Json } = {},
  more: { purpose?: string } = {},
) {
  const edges = [{ from: 'trigger', to: nodes[0] as string }];
  for (let n = 1; n < nodes.length; n++) edges.push({ from: nodes[n - 1] as string, to: nodes[n] as string });
  await engine.flows.saveDraft(id, {
    id,
    ...more,
    trigger: { events: ['track'], names: [event] },
    nodes: Object.fromEntries(
      nodes.map((node) => [node, { plugin: `${node.split('-')[0]}@^1`, config: config[node] ?? {} }]),
    ),
    edges,
  });
  await engine.flows.publish(id);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
}

async function until(user: string, holds: (profile: Profile) => boolean): Promise<Profile> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const profile = await engine.profiles.byIdentifier(`userId:${user}`);
    if (profile && holds(profile)) return profile;
    if (Date.now() > deadline) throw new Error(`not reached: ${JSON.stringify(profile)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the engine, queue and store in one process', () => {
  it('makes a profile of events, seconds after they were accepted', async () => {
    await send({ type: 'identify', userId: 'ann', traits: { plan: 'pro' } }, track('Viewed', 'ann'));
    const profile = await until('ann', (p) => p.sequence === 2);
    expect(profile.traits.plan?.value).toBe('pro');
  });

  it('accounts for everything that it accepted', async () => {
    await send(track('A', 'bob', { messageId: 'x' }), track('A', 'bob', { messageId: 'x' }), {
      type: 'track',
      userId: 'bob',
    });
    await until('bob', (p) => p.sequence === 1);
    await expect
      .poll(() => engine.accounting(), { timeout: 60_000 })
      .toMatchObject({
        accepted: 5,
        waiting: 0,
        applied: 3,
        duplicate: 1,
        quarantined: 1,
        deadLettered: 0,
      });
  });

  it('asks the outside, tries again, and goes on with the answer', async () => {
    await publish('asks', 'Ask', ['ask', 'keep'], { keep: { as: 'score' } });
    failures = 2;
    await send(track('Ask', 'cat', { messageId: 'q' }));
    const profile = await until('cat', (p) => p.traits.score !== undefined);
    expect(profile.traits.score?.value).toBe(7);
    expect(calls.map((c) => [c.key, c.attempt])).toEqual([1, 2, 3].map((n) => ['site:q:asks@1:ask:1', n]));
    await expect
      .poll(() => engine.effects.runs({ limit: 1, flow: 'asks' }).then((page) => page.items[0]?.status), {
        timeout: 60_000,
      })
      .toBe('done');
    // The row is closed once its result is in the queue: the run can be through before.
    const attempts = [{ error: 'busy' }, { error: 'busy' }, {}];
    await expect
      .poll(() => engine.effects.deliveries({ limit: 10, flow: 'asks' }).then(({ items }) => items), {
        timeout: 60_000,
      })
      .toMatchObject([{ status: 'delivered', attempts }]);
  });

  it('gives a delivery up into the dead letters, from where it can be sent again', async () => {
    dead = true;
    await send(track('Ask', 'dan'));
    const find = async (status: DeliveryStatus) => (await engine.effects.deliveries({ limit: 1, status })).items[0];
    await expect.poll(() => find('dead'), { timeout: 60_000 }).toMatchObject({ status: 'dead' });
    dead = false;
    await engine.effects.replayDelivery((await find('dead'))?.id as string, false);
    await until('dan', (p) => p.traits.score?.value === 7);
    await expect.poll(() => find('delivered'), { timeout: 60_000 }).toBeDefined();
    const { id } = (await find('delivered')) as DeliveryRow;
    await expect(engine.effects.replayDelivery(id, false)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('delivers for a purpose only to people who have consented to it', async () => {
    await publish('mails', 'Mail', ['ask', 'keep'], { keep: { as: 'mailed' } }, { purpose: 'marketing' });
    const consent = (granted: boolean) => ({ context: { consent: { categoryPreferences: { marketing: granted } } } });
    await send(track('Mail', 'yes', consent(true)), track('Mail', 'no', consent(false)), track('Mail', 'silent'));
    await until('yes', (p) => p.traits.mailed?.value === 7);
    const given = async () => (await engine.effects.deliveries({ limit: 10, flow: 'mails', status: 'dead' })).items;
    await expect.poll(async () => (await given()).length, { timeout: 60_000 }).toBe(2);
    expect((await given())[0]?.attempts).toMatchObject([{ error: 'The person has not consented to marketing.' }]);
  });

  it('counts apart what flows emit, and ends flows that answer each other', async () => {
    await publish('echoes', 'Echo', ['echo']);
    await send(track('Echo', 'eve'));
    await expect
      .poll(() => engine.effects.deadLetters({ limit: 5 }).then((page) => page.items.length), { timeout: 60_000 })
      .toBe(1);
    expect((await engine.accounting()).deadLettered).toBe(0);
    expect((await engine.accounting()).emitted).toBe(8);
    expect((await until('eve', (p) => p.sequence === 9)).sequence).toBe(9);
  });

  it('goes on after a wait', async () => {
    await publish('waits', 'Wait', ['pause', 'keep'], { keep: { as: 'waited' } });
    const sent = Date.now();
    await send(track('Wait', 'fay'));
    const profile = await until('fay', (p) => p.traits.waited !== undefined);
    expect(Date.now() - sent).toBeGreaterThan(250);
    expect(profile.traits.waited?.value).toBe('none');
  });

  it('parks a run whose plugin this process lacks, and goes on when it has it', async () => {
    await publish('late', 'Late', ['pause', 'keep-2'], { 'keep-2': { as: 'late' } });
    await engine.stop();
    engine = await start([pause]);
    await send(track('Late', 'gus'));
    await until('gus', (p) => p.sequence === 1);
    await expect
      .poll(() => engine.effects.runs({ limit: 1, flow: 'late' }).then((page) => page.items[0]?.status), {
        timeout: 60_000,
      })
      .toBe('parked');
    expect((await engine.effects.runs({ limit: 1, flow: 'late' })).items[0]?.steps[0]?.error).toMatch(/keep@1\.0\.0/);
  });

  it('writes nothing and says so once another process owns the deployment', async () => {
    const other = createPostgresStore({ sql: pgliteSql(pglite) });
    await other.takeOwnership();
    await send(track('Too late', 'hal'));
    await expect.poll(() => fatal[0], { timeout: 60_000 }).toBe('OwnershipLost');
    expect((await engine.profiles.byIdentifier('userId:hal'))?.sequence).toBeUndefined();
  });
});

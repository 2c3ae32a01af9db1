import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../app.js';
import { clientOf, eventually } from '../testing/client.js';
import { type RealEngine, realEngine } from '../testing/real-engine.js';
import { listeningLog, serve } from '../testing/serve.js';

let real: RealEngine;
let server: Awaited<ReturnType<typeof serve>>;
let ask: ReturnType<typeof clientOf>;
type List = { items: Record<string, unknown>[]; next: string | null };

beforeAll(async () => {
  real = await realEngine();
  const token = (await real.engine.tokens.ensure(undefined)) as string;
  server = await serve(createApi({ engine: real.engine, log: listeningLog().log }));
  ask = clientOf(server.url, token);
  await ask('POST', '/api/sources', { id: 'site', name: 'Site', writeKey: 'key' });
});
afterAll(async () => {
  await server?.close();
  await real?.stop();
});

const send = async (call: string, body: object) => {
  const answer = await fetch(`${server.url}/v1/${call}`, {
    method: 'POST',
    body: JSON.stringify({ writeKey: 'key', ...body }),
  });
  expect(await answer.json()).toEqual({ success: true });
};
const profileOf = (identifier: string) =>
  eventually(async () => {
    const { status, body } = await ask('GET', `/api/profiles?identifier=${encodeURIComponent(identifier)}`);
    return status === 200 && body;
  });

describe('with an engine behind it, the API', () => {
  it('keeps sources and their keys', async () => {
    expect((await ask('POST', '/api/sources', { id: 'site', name: 'Again' })).status).toBe(409);
    const { body } = await ask<{ writeKeys: string[] }>('POST', '/api/sources/site/keys');
    expect(body.writeKeys).toHaveLength(2);
    const second = encodeURIComponent(body.writeKeys[1] as string);
    expect(await ask('DELETE', `/api/sources/site/keys/${second}`)).toMatchObject({ body: { writeKeys: ['key'] } });
    expect(await ask('PATCH', '/api/sources/site', { name: 'Shop' })).toMatchObject({ body: { name: 'Shop' } });
    expect(await ask('PATCH', '/api/sources/none', { name: 'Shop' })).toMatchObject({ status: 404 });
  });

  it('makes tokens that open it', async () => {
    const { body } = await ask<{ token: string }>('POST', '/api/tokens', { name: 'second' });
    expect((await clientOf(server.url, body.token)('GET', '/api/sources')).status).toBe(200);
  });

  it('turns events into a profile, with its timeline in pages', async () => {
    await send('identify', {
      userId: 'ada',
      anonymousId: 'd1',
      traits: { email: 'Ada@Person.example' },
      messageId: 'a1',
    });
    await send('track', { anonymousId: 'd1', event: 'Viewed', messageId: 'a2' });
    const profile = await eventually(async () => {
      const found = await profileOf('userId:ada');
      return (found.events as Record<string, unknown>).Viewed !== undefined && found;
    });
    expect(profile).toMatchObject({ events: { Viewed: { count: 1 }, identify: { count: 1 } }, sessions: { count: 1 } });
    const first = await ask<List>('GET', `/api/profiles/${profile.id}/events?limit=1`);
    expect(first.body.items).toMatchObject([{ type: 'track', name: 'Viewed', messageId: 'a2' }]);
    const second = await ask<List>('GET', `/api/profiles/${profile.id}/events?limit=1&cursor=${first.body.next}`);
    expect(second.body.items).toMatchObject([{ type: 'identify', messageId: 'a1' }]);
    expect((await ask<List>('GET', '/api/profiles')).body.items.map(({ id }) => id)).toContain(profile.id);
    expect(await ask('GET', `/api/profiles/${profile.id}/events?cursor=rubbish`)).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_CURSOR' } },
    });
    expect((await ask('GET', '/api/profiles?identifier=email:none@x.example')).status).toBe(404);
  });

  it('saves, publishes, versions and rolls back flows', async () => {
    const node = (trait: string) => ({ plugin: 'mark@^1', config: { trait, segment: 'vip' } });
    const flow = (trait: string) => ({
      id: 'vip',
      trigger: { events: ['track'], names: ['Bought'] },
      nodes: { mark: node(trait) },
      edges: [{ from: 'trigger', to: 'mark' }],
    });
    const bad = { ...flow('a'), nodes: { mark: { plugin: 'mark@^1', config: { trait: 5 } } } };
    const draft = await ask<{ faults: { path: string }[] }>('PUT', '/api/flows/vip', bad);
    expect(draft.body.faults.map(({ path }) => path)).toContain('/nodes/mark/config/trait');
    const refused = await ask<{ error: { faults: unknown[] } }>('POST', '/api/flows/vip/publish');
    expect(refused.status).toBe(400);
    expect(refused.body.error.faults.length).toBeGreaterThan(0);

    for (const trait of ['one', 'two']) {
      await ask('PUT', '/api/flows/vip', flow(trait));
      await ask('POST', '/api/flows/vip/publish');
    }
    const { body } = await ask<List>('GET', '/api/flows/vip/versions');
    expect(body.items.map(({ version }) => version).sort()).toEqual([1, 2]);
    expect(await ask('POST', '/api/flows/vip/rollback', { version: 1 })).toMatchObject({
      body: { live: 1, latest: 2 },
    });
    expect(await ask('POST', '/api/flows/vip/rollback', { version: 9 })).toMatchObject({ status: 404 });
    expect(await ask('GET', '/api/flows/vip')).toMatchObject({ body: { live: 1 } });
    expect((await ask<List>('GET', '/api/flows')).body.items).toHaveLength(1);
    expect((await ask('POST', '/api/flows/none/publish')).status).toBe(404);
    expect((await ask('GET', '/api/flows/none/versions')).status).toBe(404);

    const member = await eventually(async () => {
      await send('track', { userId: 'bea', event: 'Bought' });
      const found = await profileOf('userId:bea');
      // Workers take a version within a second or two: until then another one runs, or none.
      return (found.traits as { one?: boolean }).one && found;
    });
    expect(member).toMatchObject({
      segments: ['vip'],
      provenance: { one: { flow: 'vip', version: 1, node: 'mark' } },
    });
    const listed = await ask<List>('GET', '/api/profiles?segment=vip');
    expect(listed.body.items.map(({ id }) => id)).toEqual([member.id]);
  });

  it('answers a page with what is public, and nothing else', async () => {
    const view = async () => {
      const answer = await fetch(`${server.url}/v1/profile?writeKey=key&anonymousId=d9`);
      return (await answer.json()) as { segments: string[]; traits: object };
    };
    await eventually(async () => {
      await send('track', { anonymousId: 'd9', event: 'Bought' });
      const found = await profileOf('anonymousId:d9');
      return (found.segments as string[]).length > 0;
    });
    expect(await view()).toEqual({ segments: [], traits: {} });
    await ask('PUT', '/api/public', { segments: ['vip'], traits: ['one'] });
    expect((await ask('GET', '/api/public')).body).toEqual({ segments: ['vip'], traits: ['one'] });
    await eventually(async () => (await view()).segments.length === 1);
    expect(await view()).toEqual({ segments: ['vip'], traits: { one: true } });
  });

  it('shows what is in quarantine, and replays it mended', async () => {
    await send('track', { userId: 'cyd', messageId: 'q1' });
    const row = await eventually(async () => (await ask<List>('GET', '/api/quarantine?source=site')).body.items[0]);
    expect(row).toMatchObject({ messageId: 'q1', source: 'site', path: '/event' });
    const event = { type: 'track', userId: 'cyd', messageId: 'q1', event: 'Mended' };
    expect((await ask('POST', `/api/quarantine/${row.id}/replay`, { event })).status).toBe(202);
    expect(await profileOf('userId:cyd')).toMatchObject({ events: { Mended: { count: 1 } } });
    await eventually(async () => (await ask<List>('GET', '/api/quarantine')).body.items.length === 0);
    expect((await ask('POST', '/api/quarantine/none/replay')).status).toBe(404);
  });

  it('shows deliveries, and replays one that was given up', async () => {
    real.outside.broken = true;
    const flow = { id: 'tell', trigger: { events: ['page'] }, nodes: { call: { plugin: 'call@1.0.0' } } };
    await ask('PUT', '/api/flows/tell', { ...flow, edges: [{ from: 'trigger', to: 'call' }] });
    expect((await ask('POST', '/api/flows/tell/publish')).status).toBe(200);
    const dead = await eventually(async () => {
      await send('page', { userId: 'dan' });
      return (await ask<List>('GET', '/api/deliveries?status=dead&flow=tell')).body.items[0];
    });
    expect(dead).toMatchObject({ destination: 'test', flow: 'tell', node: 'call', attempts: [{ status: 410 }] });
    const at = `/api/deliveries/${encodeURIComponent(dead.id as string)}`;
    expect((await ask('GET', at)).body).toHaveProperty('payload.message');
    real.outside.broken = false;
    expect((await ask('POST', `${at}/replay`)).status).toBe(202);
    await eventually(async () => (await ask('GET', at)).body.status === 'delivered');
    expect((await ask('POST', `${at}/replay`)).status).toBe(409);
    expect((await ask('POST', `${at}/replay`, { force: true })).status).toBe(202);
    expect((await ask('GET', '/api/deliveries/none')).status).toBe(404);
    expect((await ask<List>('GET', '/api/runs?flow=tell')).body.items.length).toBeGreaterThan(0);
  });

  it('accounts for every event', async () => {
    const numbers = await eventually(async () => {
      const { body } = await ask<Record<string, number>>('GET', '/api/accounting');
      return body.waiting === 0 && body;
    });
    const { accepted, waiting, applied, duplicate, quarantined, deadLettered } = numbers as Required<typeof numbers>;
    expect(accepted).toBe(
      (waiting ?? 0) + (applied ?? 0) + (duplicate ?? 0) + (quarantined ?? 0) + (deadLettered ?? 0),
    );
    expect(applied).toBeGreaterThan(4);
  });

  it('lists plugins, dead letters and its own health', async () => {
    expect((await ask<List>('GET', '/api/plugins')).body.items).toMatchObject([{ name: 'call' }, { name: 'mark' }]);
    expect((await ask<List>('GET', '/api/dead-letters')).body).toEqual({ items: [], next: null });
    expect((await ask('POST', '/api/dead-letters/none/replay')).status).toBe(404);
    const ready = await fetch(`${server.url}/health/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ready', queue: { ok: true }, store: { ok: true } });
  });
});

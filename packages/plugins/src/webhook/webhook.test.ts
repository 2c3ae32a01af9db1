import { testDelivery, testPlugin } from '@tributary/sdk/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../http/server.js';
import { webhook } from './webhook.js';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
let server: TestServer;
let status = 200;
let headers: { [name: string]: string } = {};

beforeAll(async () => {
  server = await startServer((_, response) => response.writeHead(status, headers).end('ok'));
});
afterAll(async () => await server.close());
beforeEach(() => {
  server.seen.length = 0;
  status = 200;
  headers = {};
});

const deliver = (config: object = {}, delivery: object = {}) =>
  testDelivery(webhook, {
    config: { url: `${server.url}/hook`, secret, ...config },
    event: { name: 'Bought', properties: { total: 7 } },
    profile: { traits: { plan: 'pro' } },
    delivery,
  });

describe('webhook', () => {
  it('posts event and profile, signed so that the receiver can verify it', async () => {
    const { port, output, prepared } = await deliver({ headers: { Authorization: 'Bearer x' }, type: 'order' });
    expect({ port, output }).toEqual({ port: 'out', output: { status: 200 } });
    expect(prepared.destination).toBe(server.url);
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', url: '/hook', headers: { authorization: 'Bearer x' } });
    const message = new Webhook(secret).verify(seen?.body ?? '', seen?.headers as { [name: string]: string });
    expect(message).toMatchObject({
      type: 'order',
      timestamp: '2026-01-01T12:00:01.000Z',
      data: { event: { name: 'Bought', properties: { total: 7 } }, profile: { traits: { plan: 'pro' } } },
    });
    expect(() => new Webhook(secret).verify(`${seen?.body} `, seen?.headers as never)).toThrowError();
  });

  it('has the same id and the same body on every attempt', async () => {
    const idempotencyKey = 'shop:ü\n1:flow@1:hook:1';
    await deliver({}, { idempotencyKey, attempt: 1 });
    await deliver({}, { idempotencyKey, attempt: 2 });
    await deliver({}, { idempotencyKey: `${idempotencyKey}2` });
    const ids = server.seen.map((seen) => seen.headers['webhook-id']);
    expect(ids[0]).toMatch(/^msg_[0-9a-f]{40}$/);
    expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
    expect(server.seen[1]?.body).toBe(server.seen[0]?.body);
    expect(server.seen[0]?.headers['idempotency-key']).toBe(ids[0]);
  });

  it('sends what it is told to include', async () => {
    await deliver({ include: ['input'], secret: undefined });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({ type: 'flow.event', data: { input: null } });
    expect(server.seen[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([
    [500, {}, { permanent: false, status: 500 }],
    [404, {}, { permanent: true, status: 404 }],
    [302, { location: '/other' }, { permanent: true, status: 302 }],
    [429, { 'retry-after': '3' }, { permanent: false, retryAfter: 3_000 }],
  ])('throws a DeliveryError for %i', async (code, answer, expected) => {
    status = code;
    headers = answer;
    await expect(deliver()).rejects.toMatchObject({ name: 'DeliveryError', ...expected });
    expect(server.seen).toHaveLength(1);
  });

  it('does not reach a private address unless the operator allows it', async () => {
    const network = { allowPrivateDestinations: false };
    await expect(deliver({}, { network })).rejects.toMatchObject({ permanent: true });
    expect(server.seen).toEqual([]);
  });

  it.each([
    [{ url: 'ftp://x' }, '/url'],
    [{ url: 'https://u:p@x.example' }, '/url'],
    [{ secret: 'plain' }, '/secret'],
    [{ secret: 'whsec_A' }, '/secret'],
    [{ headers: { Host: 'x' } }, '/headers/Host'],
    [{ headers: { 'webhook-id': 'x' } }, '/headers/webhook-id'],
    [{ headers: { 'X-A': 'a\r\nb' } }, '/headers/X-A'],
  ])('refuses %j', (config, message) => {
    expect(() => testPlugin(webhook, { config: { url: 'https://x.example', ...config } })).toThrowError(message);
  });
});

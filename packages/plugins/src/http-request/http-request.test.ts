import { testDelivery, testPlugin } from '@tributary/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../http/server.js';
import { httpRequest } from './http-request.js';

let server: TestServer;
let answer: { status: number; type?: string; body: string };

beforeAll(async () => {
  server = await startServer((_, response) => {
    response.writeHead(answer.status, {
      'set-cookie': 'secret=1',
      ...(answer.type && { 'content-type': answer.type }),
    });
    response.end(answer.body);
  });
});
afterAll(async () => await server.close());
beforeEach(() => {
  server.seen.length = 0;
  answer = { status: 200, type: 'application/json; charset=utf-8', body: '{"score":7}' };
});

const ask = (config: object = {}, delivery: object = {}) =>
  testDelivery(httpRequest, {
    config: { url: `${server.url}/score?mail={{ event.properties.mail | url_encode }}`, ...config },
    event: { properties: { mail: 'a+b@c.example', name: 'A "B"\nC' } },
    delivery,
  });

describe('http-request', () => {
  it('hands the answer on', async () => {
    expect(await ask()).toMatchObject({
      port: 'out',
      output: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: { score: 7 } },
      prepared: { destination: server.url },
    });
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/score?mail=a%2Bb%40c.example' }]);
    expect(JSON.stringify((await ask()).output)).not.toMatch(/secret/);
  });

  it('sends method, headers and a body with values in it', async () => {
    await ask({
      method: 'PUT',
      headers: { 'X-Mail': '{{ event.properties.mail }}', Accept: 'text/plain' },
      body: '{"name": {{ event.properties.name | json }}}',
    });
    expect(server.seen[0]).toMatchObject({
      method: 'PUT',
      headers: { 'x-mail': 'a+b@c.example', accept: 'text/plain', 'content-type': 'application/json' },
    });
    expect(server.seen[0]?.headers['idempotency-key']).toMatch(/^msg_/);
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ name: 'A "B"\nC' });
  });

  it.each([
    ['text/plain', 'hello', 'hello'],
    ['application/problem+json', '[1]', [1]],
    ['application/json', '{broken', '{broken'],
    [undefined, '', null],
  ])('reads %s as what it is', async (type, body, expected) => {
    answer = { status: 200, body, ...(type === undefined ? {} : { type }) };
    expect((await ask()).output).toMatchObject({ body: expected });
  });

  it('takes a "no" for an answer, and a "later" for none', async () => {
    answer = { status: 404, type: 'application/json', body: '{"error":"none"}' };
    expect(await ask()).toMatchObject({ port: 'error', output: { status: 404, body: { error: 'none' } } });
    for (const status of [429, 500, 503]) {
      answer = { status, body: '' };
      await expect(ask()).rejects.toMatchObject({ name: 'DeliveryError', permanent: false, status });
    }
  });

  it('does not reach a private address unless the operator allows it', async () => {
    await expect(ask({}, { network: { allowPrivateDestinations: false } })).rejects.toMatchObject({ permanent: true });
    expect(server.seen).toEqual([]);
  });

  it.each([
    [{ url: '{{ event.properties.mail }}' }, 'URL cannot be read'],
    [{ url: 'file:///etc/passwd' }, 'begins with https'],
    [{ headers: { 'X-A': '{{ event.properties.name }}' } }, 'header X-A'],
    [{ method: 'POST', body: '{"a": {{ event.properties.name }}}' }, 'filter `json`'],
  ])('fails in the run, not outside, when values make no request: %j', (config, message) => {
    const setup = {
      config: { url: 'https://x.example', ...config },
      event: { properties: { mail: 'm', name: 'A\nB' } },
    };
    expect(() => testPlugin(httpRequest, setup)).toThrowError(message);
  });

  it.each([
    [{ body: 'x' }, '/body'],
    [{ method: 'TRACE' }, '/method'],
    [{ headers: { Connection: 'x' } }, '/headers/Connection'],
  ])('refuses %j', (config, message) => {
    expect(() => testPlugin(httpRequest, { config: { url: 'https://x.example', ...config } })).toThrowError(message);
  });
});

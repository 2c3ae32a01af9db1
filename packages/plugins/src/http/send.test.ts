import { createServer } from 'node:net';
import { DeliveryError } from '@tributary/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectionError, parseRetryAfter, statusError } from './errors.js';
import { nextCall, parseUrl } from './redirect.js';
import { MAX_ANSWER, send } from './send.js';
import { startServer, type TestServer } from './server.js';

let server: TestServer;
let other: TestServer;

beforeAll(async () => {
  other = await startServer((_, response) => response.end('other'));
  server = await startServer(({ url }, response) => {
    const [, path = '', status = '302', target = ''] = /^\/([a-z]+)(?:\/(\d+))?(?:\/(.*))?$/.exec(url) ?? [];
    if (path === 'to') response.writeHead(Number(status), { location: decodeURIComponent(target) }).end('moved');
    else if (path === 'loop') response.writeHead(307, { location: '/loop' }).end();
    else if (path === 'slow') setTimeout(() => response.end('late'), 3_000).unref();
    else if (path === 'drip') {
      response.write('a');
      setInterval(() => response.write('a'), 100).unref();
    } else if (path === 'big') response.end(Buffer.alloc(MAX_ANSWER + 1));
    else if (path === 'fits') response.end(Buffer.alloc(MAX_ANSWER));
    else response.writeHead(200, { 'x-a': '1' }).end('fine');
  });
});
afterAll(async () => await Promise.all([server.close(), other.close()]));
beforeEach(() => {
  server.seen.length = 0;
  other.seen.length = 0;
});

const options = { allowPrivate: true, signal: new AbortController().signal, timeoutMs: 5_000, wantBody: true };
const post = (url: string, more: Partial<Parameters<typeof send>[1]> = {}) =>
  send(
    {
      url: parseUrl(url),
      method: 'POST',
      headers: { authorization: 'secret', 'x-key': 'secret', 'content-type': 'text/plain' },
      body: 'payload',
    },
    { ...options, redirects: 'keep', ...more },
  );
const to = (status: number, target: string) => `${server.url}/to/${status}/${encodeURIComponent(target)}`;

describe('send', () => {
  it('gives status, headers and body', async () => {
    const { status, headers, body } = await post(`${server.url}/x`);
    expect([status, headers['x-a'], body.toString()]).toEqual([200, '1', 'fine']);
    expect(server.seen).toMatchObject([{ method: 'POST', body: 'payload', headers: { authorization: 'secret' } }]);
  });

  it.each([307, 308])('follows a %s with method and body, without credentials to another origin', async (status) => {
    expect((await post(to(status, '/x'))).body.toString()).toBe('fine');
    expect(server.seen[1]).toMatchObject({ method: 'POST', body: 'payload', headers: { 'x-key': 'secret' } });
    expect((await post(to(status, `${other.url}/y`))).body.toString()).toBe('other');
    expect(other.seen[0]).toMatchObject({ method: 'POST', body: 'payload', headers: { 'content-type': 'text/plain' } });
    expect(other.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(other.seen[0]?.headers).not.toHaveProperty('x-key');
  });

  it.each([301, 302, 303])('takes a %s to a POST as the answer, or as a GET when asked to follow', async (status) => {
    expect((await post(to(status, '/x'))).status).toBe(status);
    expect(server.seen).toHaveLength(1);
    expect((await post(to(status, '/x'), { redirects: 'follow' })).status).toBe(200);
    expect(server.seen[2]).toMatchObject({ method: 'GET', body: '' });
  });

  it('gives up after five redirects', async () => {
    await expect(post(`${server.url}/loop`)).rejects.toMatchObject({ permanent: true });
    expect(server.seen).toHaveLength(6);
  });

  it.each(['file:///etc/passwd', 'ftp://x/', 'http://u:p@127.0.0.1/', 'http://[bad/'])(
    'follows none to %s',
    async (target) => {
      await expect(post(to(307, target))).rejects.toMatchObject({ permanent: true, status: 307 });
    },
  );

  it('follows none from https to http', () => {
    const call = { url: new URL('https://a.example/'), method: 'GET', headers: {} };
    expect(() => nextCall(call, 302, 'http://a.example/', 'follow')).toThrowError(DeliveryError);
  });

  it('ends a call that takes too long, before or in the answer', async () => {
    const started = Date.now();
    for (const path of ['slow', 'drip'])
      await expect(post(`${server.url}/${path}`, { timeoutMs: 300 })).rejects.toMatchObject({
        name: 'DeliveryError',
        permanent: false,
        message: expect.stringMatching(/in time/),
      });
    expect(Date.now() - started).toBeLessThan(2_500);
  });

  it('ends when the worker stops', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(post(`${server.url}/slow`, { signal: stop.signal })).rejects.toMatchObject({
      permanent: false,
      message: expect.stringMatching(/broken off/),
    });
  });

  it('takes an answer of 1 MB and no more', async () => {
    expect((await post(`${server.url}/fits`)).body).toHaveLength(MAX_ANSWER);
    await expect(post(`${server.url}/big`)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringMatching(/larger/),
    });
    expect((await post(`${server.url}/big`, { wantBody: false })).status).toBe(200);
  });

  it('says that nobody listens, or that the connection broke, without an address', async () => {
    const broken = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const { port } = broken.address() as { port: number };
    const reset = await post(`http://127.0.0.1:${port}/?email=a@b.example`).catch((error: unknown) => error);
    await new Promise((resolve) => broken.close(resolve));
    const refused = await post(`http://127.0.0.1:${port}/?email=a@b.example`).catch((error: unknown) => error);
    expect(reset).toMatchObject({ permanent: false, message: expect.stringMatching(/closed the connection/) });
    expect(refused).toMatchObject({ permanent: false, message: expect.stringMatching(/refused/) });
    for (const error of [reset, refused]) expect(String(error)).not.toMatch(/127\.0|b\.example/);
  });
});

describe('private destinations', () => {
  const guarded = { allowPrivate: false };

  it.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '[::]',
  ])('refuses %s before a byte is sent', async (host) => {
    await expect(post(`http://${host}:${server.port}/x`, guarded)).rejects.toMatchObject({
      name: 'DeliveryError',
      permanent: true,
      message: expect.stringMatching(/not on the public internet.*TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS/),
    });
    expect(server.seen).toEqual([]);
  });

  it('reaches the same server when the operator allows it', async () => {
    expect((await post(`http://localhost:${server.port}/x`)).status).toBe(200);
    // The connection that was allowed is not taken over by a call that is not.
    await expect(post(`http://localhost:${server.port}/x`, guarded)).rejects.toMatchObject({ permanent: true });
  });

  it.each([
    '169.254.169.254',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '10.0.0.1',
    '[64:ff9b::a9fe:a9fe]',
  ])('refuses %s at once', async (host) => {
    const started = Date.now();
    await expect(post(`http://${host}/latest/meta-data/`, guarded)).rejects.toMatchObject({ permanent: true });
    expect(Date.now() - started).toBeLessThan(1_000);
  });
});

describe('errors', () => {
  it('tells what may be tried again from what may not', () => {
    expect(statusError(204, undefined)).toBeUndefined();
    for (const status of [408, 425, 429, 500, 503, 599]) expect(statusError(status, undefined)?.permanent).toBe(false);
    for (const status of [301, 304, 400, 401, 404, 410, 422])
      expect(statusError(status, undefined)?.permanent).toBe(true);
    expect(statusError(429, '7')).toMatchObject({ status: 429, retryAfter: 7_000 });
  });

  it('reads Retry-After in seconds and as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(parseRetryAfter('120', now)).toBe(120_000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
    expect(parseRetryAfter('Thu, 01 Jan 2015 00:00:30 GMT', now)).toBe(0);
    expect(parseRetryAfter('99999999', now)).toBe(86_400_000);
    expect(parseRetryAfter('soon', now)).toBeUndefined();
  });

  it('keeps to itself what it does not know', () => {
    expect(connectionError(new Error('mail a@b.example')).message).not.toMatch(/example/);
  });
});

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { Overloaded, QueueUnavailable, StoreUnavailable } from '@tributary/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../app.js';
import { type PlainEngine, plainEngine } from '../testing/plain-engine.js';
import { listeningLog, serve } from '../testing/serve.js';

let plain: PlainEngine;
let server: Awaited<ReturnType<typeof serve>>;
let logged: string[];

beforeEach(async () => {
  plain = plainEngine();
  const { log, lines } = listeningLog();
  logged = lines;
  server = await serve(createApi({ engine: plain.engine, log }));
});
afterEach(() => server.close());

const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const JSON_TYPE = { 'Content-Type': 'application/json' };
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = JSON_TYPE) =>
  fetch(`${server.url}${path}`, { method: 'POST', body, headers });
const refusal = async (answer: Response) => ({
  status: answer.status,
  ...((await answer.json()) as { error: { code: string; message: string; path?: string } }).error,
});

describe('a call', () => {
  it.each(['track', 'page', 'screen', 'identify', 'group', 'alias'])(
    '%s is taken with its type from the address',
    async (type) => {
      const answer = await post(`/v1/${type}`, '{"userId":"u","sentAt":"2026-01-01T00:00:00Z","type":"other"}', {
        ...JSON_TYPE,
        ...basic('key:'),
        'User-Agent': 'Test/1',
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ success: true });
      expect(plain.requests).toMatchObject([
        {
          source: { id: 'site' },
          calls: [{ type, userId: 'u' }],
          sentAt: '2026-01-01T00:00:00Z',
          userAgent: 'Test/1',
          bytes: 61,
        },
      ]);
    },
  );

  it('is taken inside a batch, with what the batch says for all', async () => {
    const body = { batch: [{ type: 'track' }, null], context: { app: 'x' }, sentAt: 1, writeKey: 'key' };
    expect((await post('/v1/batch', JSON.stringify(body))).status).toBe(200);
    expect(plain.requests).toMatchObject([{ calls: [{ type: 'track' }, null], context: { app: 'x' }, sentAt: 1 }]);
  });

  it.each([
    ['Basic with a colon', basic('key:'), '{}'],
    ['Basic without a colon', basic('key'), '{}'],
    ['Basic with a password', basic('key:secret'), '{}'],
    ['the body', {}, '{"writeKey":"key"}'],
  ])('brings its write key in %s', async (_where, headers, body) => {
    expect((await post('/v1/track', body, { ...JSON_TYPE, ...headers })).status).toBe(200);
  });

  it.each([
    ['an unknown key in the header', basic('no:'), '{}', 'UNKNOWN_WRITE_KEY'],
    ['an unknown key in the header and bad JSON', basic('no:'), '{', 'UNKNOWN_WRITE_KEY'],
    ['an unknown key in the body', {}, '{"writeKey":"no"}', 'UNKNOWN_WRITE_KEY'],
    ['a key that is no text', {}, '{"writeKey":1}', 'NO_WRITE_KEY'],
    ['no key', {}, '{}', 'NO_WRITE_KEY'],
  ])('with %s is answered 401', async (_what, headers, body, code) => {
    const answer = await post('/v1/track', body, { ...JSON_TYPE, ...headers });
    expect(await refusal(answer)).toMatchObject({ status: 401, code });
    expect(plain.requests).toEqual([]);
  });
});

describe('a body', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/plain;charset=UTF-8',
    'application/x-b+json',
    'application/x-www-form-urlencoded',
  ])('may come as %s', async (type) => {
    expect((await post('/v1/track', '{"writeKey":"key"}', { 'Content-Type': type })).status).toBe(200);
  });

  it('may come without a content type, and with a byte order mark', async () => {
    const answer = await post('/v1/track', new TextEncoder().encode('\ufeff{"writeKey":"key"}'), {});
    expect(answer.status).toBe(200);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ] as const)('may be compressed with %s', async (encoding, compress) => {
    const body = new Uint8Array(compress(Buffer.from('{"writeKey":"key","event":"ä"}')));
    const answer = await post('/v1/track', body, { ...JSON_TYPE, 'Content-Encoding': encoding });
    expect(answer.status).toBe(200);
    expect(plain.requests[0]?.calls).toMatchObject([{ event: 'ä' }]);
  });

  it.each([
    ['{"writeKey":"key",}', 'line 1, column 19 (position 18)'],
    ['{\n  "a": tru\n}', 'line 2, column 8 (position 9)'],
    ['{"secret@person.example"', 'line 1, column 25 (position 24)'],
    ['[1 2]', 'line 1, column 4 (position 3)'],
  ])('that is not JSON (%j) is answered 400 with the place', async (body, place) => {
    const { status, code, message } = await refusal(await post('/v1/track', body, basic('key')));
    expect({ status, code }).toEqual({ status: 400, code: 'BAD_JSON' });
    expect(message).toContain(place);
    expect(message).not.toContain('person');
  });

  it.each([
    ['', 'BAD_JSON', ''],
    ['[]', 'NOT_AN_OBJECT', ''],
    ['null', 'NOT_AN_OBJECT', ''],
    ['"x"', 'NOT_AN_OBJECT', ''],
    ['{"batch":{}}', 'NO_BATCH', '/batch'],
    ['{}', 'NO_BATCH', '/batch'],
  ])('%j as a batch is answered 400', async (body, code, path) => {
    expect(await refusal(await post('/v1/batch', body, basic('key')))).toMatchObject({ status: 400, code, path });
  });

  it('that is nested very deep and broken is still answered 400', async () => {
    expect(await refusal(await post('/v1/track', '['.repeat(200_000), basic('key')))).toMatchObject({ status: 400 });
  });

  it('that is not UTF-8 or does not inflate is answered 400', async () => {
    const latin = await post('/v1/track', new Uint8Array([0x22, 0xe4, 0x22]), basic('key'));
    expect(await refusal(latin)).toMatchObject({ status: 400, code: 'BAD_ENCODING' });
    const damaged = await post('/v1/track', 'no gzip', { ...basic('key'), 'Content-Encoding': 'gzip' });
    expect(await refusal(damaged)).toMatchObject({ status: 400, code: 'BAD_ENCODING' });
  });

  it('of another type or encoding is answered 415', async () => {
    const form = await post('/v1/track', 'a=b', { 'Content-Type': 'multipart/form-data; boundary=x' });
    expect(await refusal(form)).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    const zstd = await post('/v1/track', '{}', { ...basic('key'), 'Content-Encoding': 'zstd' });
    expect(await refusal(zstd)).toMatchObject({ status: 415, code: 'UNSUPPORTED_ENCODING' });
  });
});

describe('limits', () => {
  const padded = (bytes: number) => `{"writeKey":"key","p":"${'x'.repeat(bytes - 25)}"}`;

  it('take a single event of 32 KB and refuse one byte more', async () => {
    expect((await post('/v1/track', padded(32_768))).status).toBe(200);
    expect(await refusal(await post('/v1/track', padded(32_769)))).toMatchObject({
      status: 413,
      code: 'EVENT_TOO_LARGE',
    });
  });

  it('take a body of 500 KB and refuse one byte more', async () => {
    const batch = (bytes: number) => `{"writeKey":"key","batch":[],"p":"${'x'.repeat(bytes - 36)}"}`;
    expect((await post('/v1/batch', batch(512_000))).status).toBe(200);
    expect(await refusal(await post('/v1/batch', batch(512_001)))).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
  });

  it('hold after inflation: a bomb is answered 413', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(60_000_000, ' '), { level: 1 }));
    const before = process.memoryUsage().rss;
    const answer = await post('/v1/track', bomb, { ...JSON_TYPE, 'Content-Encoding': 'gzip' });
    expect(await refusal(answer)).toMatchObject({ status: 413 });
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  it('answer 413 in full to a client that is still sending', async () => {
    expect(await refusal(await post('/v1/track', padded(5_000_000)))).toMatchObject({ status: 413 });
  });

  it('take 2,500 events and refuse one more', async () => {
    const batch = (n: number) => JSON.stringify({ writeKey: 'key', batch: Array(n).fill({ type: 'track' }) });
    expect((await post('/v1/batch', batch(2_500))).status).toBe(200);
    expect(await refusal(await post('/v1/batch', batch(2_501)))).toMatchObject({
      status: 413,
      code: 'TOO_MANY_EVENTS',
      path: '/batch',
    });
  });
});

describe('when events cannot be taken', () => {
  it.each([
    [new Overloaded(7), 'OVERLOADED', '7'],
    [new QueueUnavailable('at 10.0.0.1'), 'QUEUE_UNAVAILABLE', '2'],
    [new StoreUnavailable('at 10.0.0.1'), 'STORE_UNAVAILABLE', '2'],
  ])('%s is answered 503 with Retry-After', async (failure, code, seconds) => {
    plain.failure = failure;
    const answer = await post('/v1/track', '{"writeKey":"key"}', { ...JSON_TYPE, Origin: 'https://shop.example' });
    expect(answer.headers.get('retry-after')).toBe(seconds);
    expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After');
    const { status, code: got, message } = await refusal(answer);
    expect({ status, got }).toEqual({ status: 503, got: code });
    expect(message).not.toContain('10.0.0.1');
  });

  it('an error that nobody foresaw is 500, and only the log has it', async () => {
    plain.failure = new Error('inner life');
    const answer = await post('/v1/track', '{"writeKey":"key","email":"ada@person.example"}');
    expect(await answer.text()).not.toContain('inner life');
    expect(answer.status).toBe(500);
    expect(logged.join('')).toContain('inner life');
    expect(logged.join('')).not.toMatch(/person|127\.0\.0\.1/);
  });
});

describe('browsers', () => {
  it('read the answer from any origin, refusals too', async () => {
    for (const body of ['{"writeKey":"key"}', '{']) {
      const answer = await post('/v1/track', body, { 'Content-Type': 'text/plain', Origin: 'https://shop.example' });
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
      expect(answer.headers.get('vary')).toBe('Origin');
    }
  });

  it('get an answer to a preflight', async () => {
    const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' };
    const answer = await fetch(`${server.url}/v1/batch`, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
  });
});

it('another method is answered 405, another address 404, and no header tells of Express', async () => {
  const get = await fetch(`${server.url}/v1/track`);
  expect(await refusal(get)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  expect(get.headers.get('allow')).toBe('POST, OPTIONS');
  const unknown = await post('/v1/tracks', '{}');
  expect(await refusal(unknown)).toMatchObject({ status: 404 });
  expect(unknown.headers.get('x-powered-by')).toBeNull();
  expect((await post('/v1/track/?x=1', '{"writeKey":"key"}')).headers.get('etag')).toBeNull();
});

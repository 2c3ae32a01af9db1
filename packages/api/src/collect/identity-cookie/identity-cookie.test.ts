import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../app.js';
import { plainEngine } from '../../testing/plain-engine.js';
import { listeningLog, serve } from '../../testing/serve.js';

let server: Awaited<ReturnType<typeof serve>>;
const { engine, requests } = plainEngine();
beforeAll(async () => {
  const { log } = listeningLog();
  const files = { trackerScript: 'const path="/v1";', trackerParts: { auto: 'export const start=1;' } };
  server = await serve(createApi({ engine, log, ...files, trackerPath: '/assets/a.js', collectPath: '/data' }));
});
afterAll(() => server.close());

const ask = (body: object, origin: string | undefined = server.url, path = '/v1/identity') =>
  fetch(server.url + path, { method: 'POST', body: JSON.stringify(body), headers: origin ? { origin } : {} });
const id = '0b9cd1f4-1111-4111-8111-0123456789ab';

describe('POST /v1/identity', () => {
  it('sets the cookie of the page that is served from the same host', async () => {
    const answer = await ask({ writeKey: 'key', anonymousId: id });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toBe(`tributary_aid=${id}; Path=/; Max-Age=34560000; SameSite=Lax`);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('access-control-allow-origin')).toBe(server.url);
  });

  it.each([
    ['a page of another site', { writeKey: 'key', anonymousId: id }, 'https://shop.example', 403, 'NOT_FIRST_PARTY'],
    [
      'a domain that is not the collector’s',
      { writeKey: 'key', anonymousId: id, domain: 'shop.example' },
      'https://www.shop.example',
      403,
      'NOT_FIRST_PARTY',
    ],
    ['no origin', { writeKey: 'key', anonymousId: id }, '', 403, 'NOT_FIRST_PARTY'],
    ['an unknown key', { writeKey: 'no', anonymousId: id }, undefined, 401, 'UNKNOWN_WRITE_KEY'],
    [
      'an id that would break out of the cookie',
      { writeKey: 'key', anonymousId: 'a; Domain=x' },
      undefined,
      400,
      'INVALID',
    ],
    ['no object', [], undefined, 401, 'NO_WRITE_KEY'],
  ])('refuses %s', async (_, body, origin, status, code) => {
    const answer = await ask(body, origin);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

describe('the operator’s own paths', () => {
  it('answer the tracker’s calls', async () => {
    expect((await ask({ writeKey: 'key', anonymousId: id }, server.url, '/data/identity')).status).toBe(204);
    expect((await fetch(`${server.url}/data/profile?writeKey=key&anonymousId=a`)).status).toBe(200);
    const batch = [{ type: 'track', event: 'a', anonymousId: 'a' }];
    expect((await ask({ writeKey: 'key', batch }, server.url, '/data/batch')).status).toBe(200);
    expect(requests).toHaveLength(1);
    expect((await ask({ writeKey: 'key', batch }, server.url, '/v1/batch')).status).toBe(200);
    expect((await fetch(`${server.url}/data/track`, { method: 'POST' })).status).toBe(404);
  });

  it('serve the script, which knows where to call, and its parts beside it', async () => {
    expect(await (await fetch(`${server.url}/assets/a.js`)).text()).toBe('const path="/data";');
    expect(await (await fetch(`${server.url}/assets/a-auto.js`)).text()).toBe('export const start=1;');
    expect((await fetch(`${server.url}/t.js`)).status).toBe(404);
  });
});

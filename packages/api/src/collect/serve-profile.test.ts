import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../app.js';
import { plainEngine } from '../testing/plain-engine.js';
import { listeningLog, serve } from '../testing/serve.js';

let server: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  const { log } = listeningLog();
  server = await serve(createApi({ engine: plainEngine().engine, log, trackerScript: 'window.tributary={};' }));
});
afterAll(() => server.close());
const get = (path: string, headers = {}) => fetch(`${server.url}${path}`, { headers });

describe('GET /v1/profile', () => {
  it('answers what is public, to any origin, uncached', async () => {
    const answer = await get('/v1/profile?writeKey=key&anonymousId=a%20b', { Origin: 'https://shop.example' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ segments: ['interested'], traits: { firstName: 'a b' } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  });

  it.each([
    ['?anonymousId=a', 401],
    ['?writeKey=no&anonymousId=a', 401],
    ['?writeKey=key', 400],
    ['?writeKey=key&anonymousId=', 400],
  ])('%s is answered %i', async (query, status) => {
    expect((await get(`/v1/profile${query}`)).status).toBe(status);
  });

  it.each([
    ['/v1/profile', 'GET', 200],
    ['/v1/profile/', 'GET', 200],
    ['/v1/Profile', 'GET', 200],
    ['/v1/profile', 'HEAD', 200],
    ['/v1/profile', 'OPTIONS', 204],
    ['/v1/profile', 'POST', 405],
    ['/v1/profiles', 'GET', 404],
  ])('%s asked with %s is answered %i', async (path, method, status) => {
    const answer = await fetch(`${server.url}${path}?writeKey=key&anonymousId=a`, { method });
    expect(answer.status).toBe(status);
    if (method === 'HEAD') expect(await answer.text()).toBe('');
    if (method === 'OPTIONS') expect(answer.headers.get('access-control-allow-methods')).toBe('GET, OPTIONS');
    if (method === 'POST') expect(answer.headers.get('allow')).toBe('GET, OPTIONS');
  });
});

describe('GET /t.js', () => {
  it('serves the tracker, cached for five minutes and then by its ETag', async () => {
    const answer = await get('/t.js');
    expect(await answer.text()).toBe('window.tributary={};');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    const again = await get('/t.js', { 'If-None-Match': `W/"x", ${answer.headers.get('etag')}` });
    expect(again.status).toBe(304);
  });
});

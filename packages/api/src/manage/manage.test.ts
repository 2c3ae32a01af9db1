import { StoreUnavailable } from '@tributary/engine';
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

const ask = async (
  method: string,
  path: string,
  body?: unknown,
  authorization: string | undefined = 'Bearer token',
) => {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(authorization && { Authorization: authorization }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};
const error = (more: object) => ({ error: expect.objectContaining(more) });

describe('the management API', () => {
  it.each([
    ['GET', '/api/sources', ''],
    ['GET', '/api/sources', 'Bearer wrong'],
    ['GET', '/api/sources', 'Basic dG9rZW46'],
    ['PUT', '/api/sources', ''],
    ['GET', '/api/nothing', ''],
  ])('%s %s with "%s" is answered 401', async (method, path, authorization) => {
    const { status, headers, body } = await ask(method, path, undefined, authorization);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(body).toEqual(error({ code: authorization.startsWith('Bearer') ? 'UNKNOWN_TOKEN' : 'NO_TOKEN' }));
  });

  it('answers lists as {items, next}', async () => {
    const { status, body } = await ask('GET', '/api/sources');
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: [{ id: 'site' }], next: null });
  });

  it('names every fault of a body with its path', async () => {
    const { status, body } = await ask('POST', '/api/sources', { id: 5, nme: 'x' });
    expect(status).toBe(400);
    expect(body).toEqual(error({ code: 'INVALID' }));
    const { faults } = (body as { error: { faults: { path: string }[] } }).error;
    expect(faults.map(({ path }) => path).sort()).toEqual(['/id', '/name', '/nme']);
  });

  it('names the place of bad JSON and of a bad query', async () => {
    expect((await ask('POST', '/api/sources', '{"name" "x"}')).body).toEqual(error({ code: 'BAD_JSON' }));
    const { status, body } = await ask('GET', '/api/deliveries?limit=1000');
    expect(status).toBe(400);
    expect(body).toEqual(error({ code: 'INVALID', path: '/limit' }));
    expect((await ask('GET', '/api/deliveries?limit=1&limit=2')).status).toBe(400);
  });

  it('answers 404, 405 and an address that does not decode', async () => {
    expect(await ask('GET', '/api/sources/none')).toMatchObject({ status: 404, body: error({ code: 'NOT_FOUND' }) });
    expect(await ask('GET', '/api/nothing')).toMatchObject({ status: 404 });
    const { status, headers } = await ask('DELETE', '/api/sources');
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET, POST' });
    expect(await ask('GET', '/api/sources/%ff')).toMatchObject({ status: 400 });
  });

  it('refuses a draft whose id is not that of the address', async () => {
    expect(await ask('PUT', '/api/flows/a', { id: 'b' })).toMatchObject({ status: 400, body: error({ path: '/id' }) });
  });

  it('answers 503 while the store is away', async () => {
    plain.failure = new StoreUnavailable('gone');
    const { status, headers, body } = await ask('GET', '/api/sources');
    expect({ status, retry: headers.get('retry-after') }).toEqual({ status: 503, retry: '2' });
    expect(body).toEqual(error({ code: 'STORE_UNAVAILABLE' }));
  });

  it('logs the route, not what stands in it', async () => {
    await ask('GET', '/api/profiles?identifier=nocolon-ada@person.example');
    await ask('GET', '/api/sources/ada@person.example');
    const text = logged.join('');
    expect(text).toContain('"route":"GET /api/sources/{id}","status":404');
    expect(text).not.toMatch(/person|token|127\.0\.0\.1/);
  });
});

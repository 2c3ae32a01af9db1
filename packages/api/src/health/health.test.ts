import { expect, it } from 'vitest';
import { createApi } from '../app.js';
import { plainEngine } from '../testing/plain-engine.js';
import { listeningLog, serve } from '../testing/serve.js';

const { log } = listeningLog();

async function statuses(roles: ('api' | 'worker' | 'scheduler')[], ok: { queue: boolean; store: boolean }) {
  const plain = plainEngine();
  plain.ok = ok;
  const server = await serve(createApi({ engine: plain.engine, log, roles }));
  const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
  const answer = [await status('/health/live'), await status('/health/ready'), await status('/api/openapi.json')];
  const { status: taken } = await fetch(`${server.url}/v1/track`, { method: 'POST', body: '{}' });
  const visitor = await status('/v1/profile?writeKey=key&anonymousId=a');
  expect([taken, visitor]).toEqual(roles.includes('api') ? [401, 200] : [404, 404]);
  await server.close();
  return answer;
}

it('an api is ready when the queue takes a write, whatever the store does', async () => {
  expect(await statuses(['api'], { queue: true, store: false })).toEqual([200, 200, 200]);
  expect(await statuses(['api'], { queue: false, store: true })).toEqual([200, 503, 200]);
});

it('a worker is ready when queue and store do, and serves nothing but its health', async () => {
  expect(await statuses(['worker'], { queue: true, store: true })).toEqual([200, 200, 404]);
  expect(await statuses(['worker'], { queue: true, store: false })).toEqual([200, 503, 404]);
  expect(await statuses(['scheduler'], { queue: false, store: true })).toEqual([200, 503, 404]);
});

it('says not ready when a server does not answer', async () => {
  const plain = plainEngine();
  plain.engine.health = () => new Promise(() => {});
  const server = await serve(createApi({ engine: plain.engine, log }));
  const answer = await fetch(`${server.url}/health/ready`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ status: 'not ready', queue: { ok: false } });
  await server.close();
});

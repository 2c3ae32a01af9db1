import { need, startPostgres, startRedis, type TestServer } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, deploy, eventually, TOKEN } from './testing/deployment.js';
import { endAll } from './testing/program.js';

const servers = need('redis', 'postgres');

describe.skipIf(!servers.ok)('one process for each role, on Redis and PostgreSQL', () => {
  let redis: TestServer;
  let postgres: TestServer;
  let env: { [name: string]: string };
  let api: Deployment;
  let worker: Deployment;

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis({ appendonly: 'always' }), startPostgres()]);
    env = { REDIS_URL: redis.url, POSTGRES_URL: postgres.url, TRIBUTARY_PARTITIONS: '4' };
    api = await deploy(['api'], env);
    worker = await deploy(['worker'], env);
    await deploy(['scheduler'], env);
    const answer = await fetch(`${api.url}/api/sources`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ id: 'demo', name: 'Demo', writeKey: 'demo' }),
    });
    expect(answer.status).toBe(201);
  });
  afterAll(async () => {
    endAll();
    await Promise.all([redis?.stop(), postgres?.stop()]);
  });

  const ready = async (one: Deployment) => (await fetch(`${one.url}/health/ready`)).status;
  const sequenceOf = (user: string) =>
    eventually(async () => {
      const found = await api.ask<{ events: { [name: string]: { count: number } } }>(
        `/api/profiles?identifier=userId:${user}`,
      );
      return found?.events;
    });

  it('applies what the api takes, and a worker serves nothing but its health', async () => {
    expect((await api.send('track', { userId: 'ada', event: 'One' })).status).toBe(200);
    expect(await sequenceOf('ada')).toMatchObject({ One: { count: 1 } });
    expect([await ready(api), await ready(worker)]).toEqual([200, 200]);
    expect((await fetch(`${worker.url}/api/sources`)).status).toBe(404);
    expect((await worker.send('track', { userId: 'ada' })).status).toBe(404);
  });

  it('loses nothing when workers are told to stop under load', async () => {
    const second = await deploy(['worker'], env);
    const sending = Array.from({ length: 40 }, async (_, n) => {
      const batch = Array.from({ length: 25 }, (_, i) => ({
        type: 'track',
        userId: `u${n}`,
        event: 'Load',
        messageId: `${n}-${i}`,
      }));
      expect((await api.send('batch', { batch })).status).toBe(200);
    });
    second.program.signal('SIGTERM');
    expect(await second.program.ended).toEqual({ code: 0, signal: null });
    await Promise.all(sending);
    await eventually(async () => {
      const { waiting, applied } = (await api.ask<{ waiting: number; applied: number }>('/api/accounting')) ?? {};
      return waiting === 0 && applied === 1_001;
    });
  });

  it('answers 503 while Redis is away, and goes on by itself when it is back', async () => {
    await redis.kill();
    const refused = await api.send('track', { userId: 'bea', event: 'Away' });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await ready(api)).toBe(503);
    await redis.restart();
    await eventually(async () => (await api.send('track', { userId: 'bea', event: 'Back' })).status === 200);
    expect(await sequenceOf('bea')).toHaveProperty('Back');
    await eventually(async () => (await ready(worker)) === 200);
  });

  it('refuses another number of partitions', async () => {
    const { program } = await deploy(['api'], { ...env, TRIBUTARY_PARTITIONS: '8' }).catch((error: Error) => ({
      program: error.message,
    }));
    expect(program).toMatch(/created with 4 partitions.*TRIBUTARY_PARTITIONS/);
  });

  it('takes requests in work to their end when it is told to stop', async () => {
    const sending = Array.from({ length: 20 }, (_, n) => api.send('track', { userId: `z${n}`, event: 'End' }));
    await Promise.race(sending);
    api.program.signal('SIGTERM');
    const answers = await Promise.allSettled(sending);
    for (const answer of answers) if (answer.status === 'fulfilled') expect(answer.value.status).toBe(200);
    expect(await api.program.ended).toEqual({ code: 0, signal: null });
  });
});

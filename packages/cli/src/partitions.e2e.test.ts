import { existsSync } from 'node:fs';
import { need, startPostgres, startRedis, type TestServer } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, deploy, eventually, TOKEN } from './testing/deployment.js';
import { endAll, temporaryFolder, tributary } from './testing/program.js';

const servers = need('redis', 'postgres');

async function partitions(env: { [name: string]: string }, ...args: string[]) {
  const program = tributary(['partitions', ...args], env);
  const { code } = await program.ended;
  return { code, said: program.stdout + program.stderr };
}

async function stop(...deployments: Deployment[]): Promise<void> {
  for (const { program } of deployments) {
    program.signal('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  }
}

describe.skipIf(!servers.ok)('the number of partitions, on Redis and PostgreSQL', () => {
  let redis: TestServer;
  let postgres: TestServer;
  let env: { [name: string]: string };

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis({ appendonly: 'always' }), startPostgres()]);
    env = { REDIS_URL: redis.url, POSTGRES_URL: postgres.url };
  });
  afterAll(async () => {
    endAll();
    await Promise.all([redis?.stop(), postgres?.stop()]);
  });

  it('is changed while all processes are stopped, and not before', async () => {
    const before = await Promise.all(
      ['api', 'worker'].map((role) => deploy([role], { ...env, TRIBUTARY_PARTITIONS: '4' })),
    );
    const [api] = before as [Deployment];
    await fetch(`${api.url}/api/sources`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ id: 'demo', name: 'Demo', writeKey: 'demo' }),
    });
    const visit = async (from: Deployment, name: string) => {
      const sent = Array.from({ length: 30 }, (_, n) =>
        from.send('track', { userId: `u${n}`, event: name, messageId: `${name}-${n}` }),
      );
      for (const answer of await Promise.all(sent)) expect(answer.status).toBe(200);
    };
    expect(await partitions(env, '2')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/stays as it is\. Processes of this deployment live \(.*api.*\)/),
    });
    await stop(before[1] as Deployment);
    await visit(api, 'Before');
    await stop(api);
    expect(await partitions(env, '2')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/stays as it is\. Events still wait: 30, in \d+ of/),
    });
    const worker = await deploy(['worker'], { ...env, PORT: '0' });
    await eventually(
      async () => !/waiting_events\{[^}]*\} [1-9]/.test(await (await fetch(`${worker.url}/metrics`)).text()),
    );
    await stop(worker);
    expect(await partitions(env)).toEqual({ code: 0, said: 'Queue on Redis, store on PostgreSQL.\nPartitions: 4\n' });
    expect(await partitions(env, '0')).toMatchObject({ code: 1, said: expect.stringContaining('from 1 to 1024') });
    expect(await partitions(env, '2')).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^Partitions: 2, 4 before/m),
    });
    expect(await partitions(env, '2')).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^Partitions: 2, as before$/m),
    });

    await expect(deploy(['api'], { ...env, TRIBUTARY_PARTITIONS: '4' })).rejects.toThrow(
      /cannot run with 4.*tributary partitions 4/,
    );
    const after = await Promise.all([deploy(['api'], env), deploy(['worker'], { ...env, TRIBUTARY_PARTITIONS: '2' })]);
    await visit(after[0], 'After');
    await eventually(async () => {
      const { waiting, applied, duplicate } = (await after[0].ask('/api/accounting')) ?? {};
      return waiting === 0 && applied === 60 && duplicate === 0;
    });
    await stop(...after);
  });
});

it('is changed in an embedded deployment too, but not while it is in use', async () => {
  const folder = await temporaryFolder();
  const env = { TRIBUTARY_DATA: `${folder.path}/data` };
  const none = await partitions(env);
  expect(none).toMatchObject({ code: 1, said: expect.stringContaining('There is no deployment in') });
  expect(existsSync(env.TRIBUTARY_DATA)).toBe(false);
  const running = await deploy(['start'], env);
  expect(await partitions(env, '3')).toMatchObject({ code: 1, said: expect.stringContaining(folder.path) });
  await stop(running);
  expect(await partitions(env)).toMatchObject({ code: 0, said: expect.stringMatching(/^Partitions: 4$/m) });
  expect(await partitions(env, '3')).toMatchObject({ code: 0 });
  const again = await deploy(['start'], env);
  await stop(again);
  expect(await partitions(env)).toMatchObject({ code: 0, said: expect.stringMatching(/^Partitions: 3$/m) });
  await folder.remove();
});

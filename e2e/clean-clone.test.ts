import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, need } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, npmStart } from './deployment.js';

const run = promisify(execFile);
const repository = dirname(import.meta.dirname);
const TOKEN = 'a-token-of-the-clean-clone-test-0123456789';
const WORKS = /^(Installing|Building)/m;

const tools = need('git');

describe.skipIf(!tools.ok)('a clean clone', () => {
  let folder: string;
  let clone: string;
  let running: Deployment | undefined;
  let settings: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-clone-'));
    clone = join(folder, 'tributary');
    await run('git', ['clone', '--quiet', repository, clone]);
    const PORT = String(await freePort());
    settings = { PORT, TRIBUTARY_DATA: join(folder, 'data'), TRIBUTARY_ADMIN_TOKEN: TOKEN };
  });

  afterAll(async () => {
    await running?.signal('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function profile() {
    const response = await fetch(`${running?.url}/api/profiles?identifier=userId:ada`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    // Nobody has seen this person yet: a list without items, or a 404.
    if (response.status === 404) return undefined;
    expect(response.status).toBe(200);
    const body = (await response.json()) as { items?: unknown[] };
    return body.items ? body.items[0] : body;
  }

  const ADA = { traits: { email: 'ada@example.com', plan: 'gold' } };

  it('installs, builds and serves with one command, and makes a profile', async () => {
    running = await npmStart(clone, settings);
    expect(running.output()).toMatch(/^Installing/m);
    expect(running.output()).toMatch(/^Building/m);

    await send(running.url, 'identify', { messageId: 'm-1', anonymousId: 'device-1', userId: 'ada', ...ADA });
    await send(running.url, 'track', { messageId: 'm-2', anonymousId: 'device-1', userId: 'ada', event: 'Signed Up' });
    await expect.poll(profile, { timeout: 15_000 }).toMatchObject(ADA);
  });

  it('loses nothing by SIGKILL, and starts again without installing or building', async () => {
    // Acknowledged a moment before the kill, so perhaps still in the queue: it has to be there afterwards.
    const late = { plan: 'platinum' };
    await send(url(), 'identify', { messageId: 'm-3', anonymousId: 'device-1', userId: 'ada', traits: late });
    await running?.signal('SIGKILL');
    await expect(fetch(url())).rejects.toThrow();

    const before = Date.now();
    running = await npmStart(clone, settings);
    expect(Date.now() - before).toBeLessThan(20_000);
    expect(running.output()).not.toMatch(WORKS);
    await expect.poll(profile, { timeout: 30_000 }).toMatchObject({ traits: { ...ADA.traits, ...late } });
  });

  it('ends by Ctrl-C, and the profile is there the next time too', async () => {
    await running?.signal('SIGINT');
    running = await npmStart(clone, settings);
    expect(await profile()).toMatchObject({ traits: { plan: 'platinum' } });
  });

  function url(): string {
    return running?.url ?? '';
  }
});

async function send(url: string, type: string, event: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${url}/v1/${type}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('demo:')}` },
    body: JSON.stringify(event),
  });
  expect(response.status, await response.text()).toBe(200);
}

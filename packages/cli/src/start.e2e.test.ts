import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@tributary/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploy, eventually, lives } from './testing/deployment.js';
import { endAll, temporaryFolder, tributary } from './testing/program.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let env: { [name: string]: string };
beforeEach(async () => {
  folder = await temporaryFolder();
  env = { TRIBUTARY_DATA: join(folder.path, 'data'), PORT: String(await freePort()) };
});
afterEach(async () => {
  endAll();
  await folder.remove();
});

const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
const ada = { anonymousId: 'd1', userId: 'ada', traits: { email: 'ada@person.example', firstName: 'Ada' } };

describe('tributary start --demo', () => {
  it('makes a profile of the first events, and keeps it over a SIGKILL of everything', async () => {
    const first = await deploy(['start', '--demo'], env);
    expect((await first.send('identify', ada)).status).toBe(200);
    const look = () => first.ask<{ id: string }>('/api/profiles?identifier=email:ada@person.example');
    const { id } = await eventually(look);
    expect((await fetch(`${first.url}/shop/`)).status).toBe(200);
    expect((await fetch(`${first.url}/t.js`)).headers.get('content-type')).toContain('javascript');
    expect((await first.send('track', { ...ada, event: 'Last words' })).status).toBe(200);
    await first.program.killGroup();

    const second = await deploy(['start', '--demo'], env);
    const profile = await eventually(async () => {
      const found = await second.ask<{ id: string; traits: object; events: object }>(`/api/profiles/${id}`);
      return found && 'Last words' in found.events && found;
    });
    expect(profile.traits).toMatchObject({ email: 'ada@person.example', firstName: 'Ada' });
    expect(second.program.stdout).not.toMatch(/version \d+ is live/);
    second.program.signal('SIGTERM');
    expect(await second.program.ended).toEqual({ code: 0, signal: null });
  });

  it('prints a token once, which the commands take', async () => {
    const { program, url } = await deploy(['start', '--demo'], { ...env, TRIBUTARY_ADMIN_TOKEN: '' });
    const [, token = ''] = await program.sees(/shown this once: (\S+)/);
    const command = async (...args: string[]) => {
      const run = tributary(args, { TRIBUTARY_URL: url, TRIBUTARY_ADMIN_TOKEN: token });
      const { code } = await run.ended;
      return { code, said: run.stdout + run.stderr };
    };
    expect(await command('flow', 'list')).toMatchObject({ code: 0, said: expect.stringContaining('interested') });
    expect(await command('source', 'create', 'Second', '--write-key', 'k2')).toMatchObject({ code: 0 });
    expect(await command('source', 'list')).toMatchObject({ said: expect.stringContaining('k2') });
    const flow = { id: 'mine', trigger: { events: ['track'] }, nodes: {}, edges: [] };
    const file = join(folder.path, 'mine.json');
    await writeFile(
      file,
      JSON.stringify({ ...flow, nodes: { n: { plugin: 'increment@^1', config: { trait: 'n', by: 'x' } } } }),
    );
    const refused = await command('flow', 'push', file, '--publish');
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('/nodes/n/config/by') });
    const node = { plugin: 'increment@^1', config: { trait: 'n', by: 1 } };
    await writeFile(file, JSON.stringify({ ...flow, nodes: { n: node }, edges: [{ from: 'trigger', to: 'n' }] }));
    expect(await command('flow', 'push', file, '--publish')).toMatchObject({
      code: 0,
      said: 'mine: version 1 is live.\n',
    });
    expect(await command('flow', 'rollback', 'mine', 'off')).toMatchObject({ code: 0 });
    expect(await command('accounting')).toMatchObject({ code: 0, said: expect.stringContaining('accepted') });
    expect(await command('plugins')).toMatchObject({ code: 0, said: expect.stringContaining('webhook') });
    expect(await command('profile', 'get', 'email:none@x.example')).toMatchObject({ code: 1 });
    program.signal('SIGINT');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  it('refuses a data folder that another process holds', async () => {
    await deploy(['start'], env);
    const other = tributary(['start'], { ...env, PORT: '0' });
    expect(await other.ended).toMatchObject({ code: 1 });
    expect(other.stderr.trim()).toMatch(/^The data folder .* is held by process \d+.*TRIBUTARY_DATA.*$/);
  });
});

describe('the supervisor', () => {
  it('starts a process again that was killed, and its end is the end of all', async () => {
    const { program, url } = await deploy(['start', '--demo'], env);
    const child = childOf(program.pid);
    process.kill(child, 'SIGKILL');
    await program.sees(/was ended by SIGKILL: it is started again/);
    await eventually(async () => (await fetch(`${url}/health/ready`)).status === 200);
    const next = childOf(program.pid);
    expect(next).not.toBe(child);
    program.signal('SIGKILL');
    await eventually(async () => !lives(next));
  });

  it('starts a process again whose event loop stands still, and the event that did it is given up', async () => {
    const plugin = join(folder.path, 'loop.mjs');
    await writeFile(
      plugin,
      `export default { name: 'loop', version: '1.0.0', title: 'Loop', config: { type: 'object' }, ports: ['out'],
        run() { for (;;); } };`,
    );
    const flow = {
      id: 'loop',
      trigger: { events: ['track'], names: ['Loop'] },
      nodes: { n: { plugin: 'loop@1.0.0' } },
    };
    await writeFile(join(folder.path, 'loop.json'), JSON.stringify({ ...flow, edges: [{ from: 'trigger', to: 'n' }] }));
    const quick = { TRIBUTARY_PLUGINS: plugin, TRIBUTARY_FLOWS: folder.path, TRIBUTARY_LOCK_MS: '1500' };
    const { program, send, ask } = await deploy(['start', '--demo'], { ...env, ...quick });
    await program.sees(/Flow loop: version 1 is live/);
    // Workers take a new flow within a second or two.
    await sleep(2_000);
    expect((await send('track', { anonymousId: 'd2', event: 'Loop', messageId: 'bad' })).status).toBe(200);
    await program.sees(/stood still for more than 1500 ms/);
    const letters = await eventually(async () => {
      const found = await ask<{ items: { event: { messageId: string } }[] }>('/api/dead-letters');
      return found && found.items.length > 0 && found.items;
    }, 120_000);
    expect(letters).toMatchObject([{ event: { messageId: 'bad' } }]);
  });

  it('takes signals that come together for one, and ends at once at a later one', async () => {
    const { program, url } = await deploy(['start'], env);
    const child = childOf(program.pid);
    // A request in work, which an orderly end would wait for.
    const slow = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
    slow.write('POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await sleep(200);
    program.signal('SIGINT');
    program.signal('SIGTERM');
    await program.sees(/Tributary stops/);
    await sleep(600);
    expect(lives(child)).toBe(true);
    program.signal('SIGINT');
    expect(await program.ended).toMatchObject({ code: 70 });
    expect(lives(child)).toBe(false);
    slow.destroy();
  });

  it('ends cleanly when it is told to before it is ready', async () => {
    for (const ms of [0, 500, 1_500]) {
      const program = tributary(['start', '--demo'], env);
      await program.sees(/Queue and store are embedded/);
      await sleep(ms);
      program.signal('SIGTERM');
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect(program.stderr).toBe('');
    }
    const { send } = await deploy(['start', '--demo'], env);
    expect((await send('identify', ada)).status).toBe(200);
  });
});

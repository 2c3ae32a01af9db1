import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@tributary/testing';

const repository = join(import.meta.dirname, '..', '..');
const TOKEN = 'a-token-of-the-shop-test-0123456789';

export interface Demo {
  url: string;
  /** The answer of a management address, or `undefined` when it is a 404. */
  read<T>(path: string): Promise<T | undefined>;
  stop(): Promise<void>;
}

/** `tributary start --demo` with a data folder of its own. */
export async function startDemo(): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-shop-'));
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['packages/cli/dist/main.js', 'start', '--demo'], {
    cwd: repository,
    env: {
      PATH,
      HOME,
      PORT: String(await freePort()),
      TRIBUTARY_DATA: join(folder, 'data'),
      TRIBUTARY_ADMIN_TOKEN: TOKEN,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }

  async function stop() {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      if (await Promise.race([ended.then(() => false), sleep(30_000, true, { ref: false })])) child.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  const deadline = Date.now() + 90_000;
  let url: string | undefined;
  while (!url) {
    url = /Tributary ready on (\S+)/.exec(output)?.[1]?.replace(/\/$/, '');
    if (!url && (child.exitCode !== null || Date.now() > deadline)) {
      await stop();
      throw new Error(`The demo did not become ready (exit code ${child.exitCode}). It said:\n${output}`);
    }
    await sleep(50);
  }

  return {
    url,
    stop,
    async read<T>(path: string): Promise<T | undefined> {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as T;
    },
  };
}

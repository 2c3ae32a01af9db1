import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { API_FLAGS } from '../machine/node.js';

const main = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

export type What = 'start' | 'api' | 'worker' | 'scheduler';

/** A `tributary` process that runs. */
export interface TributaryProcess {
  readonly what: What;
  readonly pid: number;
  readonly url: string;
  /** Milliseconds from its begin to its word that it is ready. */
  readonly startMs: number;
  /** Its last words. */
  words(): string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the built program and waits until it is ready. With a folder for profiles, it leaves its CPU profiles there. */
export async function tributary(
  what: What,
  env: { [name: string]: string },
  profiles?: string,
): Promise<TributaryProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const begun = performance.now();
  const node = profiles ? ['--cpu-prof', `--cpu-prof-dir=${join(profiles, what)}`] : [];
  if (what === 'api') node.push(...API_FLAGS);
  const child = spawn(process.execPath, [...node, main, what, '--port', '0'], {
    env: { PATH, HOME, TRIBUTARY_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000);
      const match = /^Tributary ready on (http:\S+)$/m.exec(said);
      if (match) resolve(match[1] as string);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`tributary ${what} ended with ${code}. It said:\n${said}`)));
  });
  const startMs = performance.now() - begun;
  child.once('exit', (code) => {
    if (code !== 0) console.error(`tributary ${what} ended with ${code}. It said:\n${said}`);
  });
  return {
    what,
    pid: child.pid as number,
    url,
    startMs,
    words: () => said,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

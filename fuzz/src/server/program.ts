import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reading } from './probe.js';

export const TOKEN = 'token-of-the-fuzzer';
export const WRITE_KEY = 'key-of-the-fuzzer';

const main = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));
const probe = new URL('./probe.js', import.meta.url).href;

/** The program as `tributary start` runs it, on an embedded database in a temporary folder. */
export interface Program {
  readonly url: string;
  readonly port: number;
  /** What it wrote of warnings and errors. */
  readonly said: () => string;
  /** Says how it ended or restarted, when it did. */
  readonly broken: () => string | undefined;
  /** Memory after a garbage collection, pollution, the longest stand-still. */
  read(): Promise<Reading>;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.once('exit', () => {
  for (const child of running) kill(child);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Starts the program and waits until it serves. */
export async function startProgram(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-fuzz-'));
  folders.add(folder);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main, 'start'], {
    env: {
      PATH,
      HOME,
      PORT: '0',
      TRIBUTARY_DATA: join(folder, 'data'),
      TRIBUTARY_ADMIN_TOKEN: TOKEN,
      TRIBUTARY_LOG_LEVEL: 'warn',
      TRIBUTARY_FUZZ_PROBE: join(folder, 'probe'),
      NODE_OPTIONS: `--import ${probe}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let said = '';
  let ended: string | undefined;
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-200_000);
        const match = /^Tributary ready on (http:\S+)$/m.exec(said);
        if (match?.[1]) resolve(match[1]);
      });
    }
    child.once('close', (code, signal) => {
      running.delete(child);
      ended = `The program ended: ${signal ?? code}.`;
      reject(new Error(`${ended}\n${said}`));
    });
  });
  return {
    url,
    port: Number(new URL(url).port),
    said: () => said,
    broken: () => ended ?? /^.*it is started again.*$/m.exec(said)?.[0] ?? /^.*"level":(?:50|60).*$/m.exec(said)?.[0],
    read: () => ask(folder),
    async stop() {
      const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
      if (running.has(child)) {
        child.kill('SIGTERM');
        const impatient = setTimeout(() => kill(child), 20_000);
        await gone;
        clearTimeout(impatient);
      }
      await rm(folder, { recursive: true, force: true });
      folders.delete(folder);
    },
  };
}

function kill(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** The newest process that has a probe: after a crash there is another one. */
async function ask(folder: string): Promise<Reading> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('probe.'));
  const newest = names.sort((a, b) => Number(a.slice(6)) - Number(b.slice(6))).at(-1);
  if (newest === undefined) throw new Error('The program has no probe.');
  return new Promise((resolve, reject) => {
    let text = '';
    connect(join(folder, newest))
      .setTimeout(60_000, () => reject(new Error('The program does not answer its probe within 60 s.')))
      .on('data', (chunk: Buffer) => {
        text += chunk.toString();
      })
      .on('end', () => resolve(JSON.parse(text) as Reading))
      .on('error', reject);
  });
}

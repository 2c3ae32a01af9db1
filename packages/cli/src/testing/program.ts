import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A `tributary` that a test runs, in a process group of its own. */
export interface Program {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with the match once a line of stdout or stderr has it. */
  sees(pattern: RegExp, ms?: number): Promise<RegExpExecArray>;
  /** Resolves with how it ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL of the whole process group. */
  killGroup(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Starts the built program with these settings and no others. */
export function tributary(args: string[], env: { [name: string]: string } = {}): Program {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      said[name] += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const all = () => `${said.stdout}\n--- stderr\n${said.stderr}`;
  return {
    pid: child.pid as number,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    ended,
    sees: (pattern, ms = 60_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(all());
          if (match) finish(() => resolve(match));
        };
        const timer = setTimeout(() => fail(`It was not seen within ${ms} ms`), ms);
        const fail = (why: string) => finish(() => reject(new Error(`${why}: ${pattern}\n${all()}`)));
        const finish = (then: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          then();
        };
        listeners.add(look);
        void ended.then(() => {
          look();
          fail('It ended before it was seen');
        });
        look();
      }),
    signal: (signal) => void child.kill(signal),
    async killGroup() {
      process.kill(-(child.pid as number), 'SIGKILL');
      await ended;
    },
  };
}

/** Ends whatever a test left running. */
export function endAll(): void {
  for (const child of running) process.kill(-(child.pid as number), 'SIGKILL');
}

/** A temporary folder, and how to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tributary-cli-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

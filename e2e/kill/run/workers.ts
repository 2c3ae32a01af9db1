import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Servers } from './api.js';

const program = join(import.meta.dirname, '../../../packages/cli/dist/main.js');

/** Short, so that what a dead worker held is soon taken by another. */
export const LOCK_MS = 1_500;
const TIMES = { TRIBUTARY_LOCK_MS: String(LOCK_MS), TRIBUTARY_STALLED_MS: '500' };
const START_MS = 60_000;

/** Worker processes that are killed and started again. */
export class Workers {
  /** Ends that nobody here brought about, with the last words. */
  readonly surprises: string[] = [];
  kills = 0;
  stalls = 0;
  readonly #places: Place[] = [];
  #closing = false;

  constructor(
    private readonly servers: Servers,
    n: number,
  ) {
    for (let i = 0; i < n; i++) this.#places.push(this.#start());
    process.once('exit', () => this.#endAll());
  }

  get count(): number {
    return this.#places.length;
  }

  /** Resolves when every worker takes batches. */
  async ready(): Promise<void> {
    for (let n = 0; n < this.count; n++) await this.#ready(n);
  }

  /** SIGKILL, and a new one at once. */
  async kill(n: number): Promise<void> {
    const { child } = await this.#ready(n);
    this.kills++;
    this.#places[n] = this.#start();
    await end(child);
  }

  /** Stops the process for longer than its locks last, and lets it go on: it must not write what it had in hand. */
  async stall(n: number, ms: number): Promise<void> {
    const { child } = await this.#ready(n);
    this.stalls++;
    child.kill('SIGSTOP');
    await sleep(ms);
    child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#places.map(({ child }) => end(child)));
  }

  async #ready(n: number): Promise<Place> {
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
      const place = this.#places[n] as Place;
      if (place.ready && place.child.exitCode === null && place.child.signalCode === null) return place;
      await sleep(20);
    }
    throw new Error(`A worker did not become ready. ${this.surprises.join('\n')} ${this.#places[n]?.said}`);
  }

  #start(): Place {
    const { redisUrl, store } = this.servers;
    const child = spawn(process.execPath, [program, 'worker', '--port', '0'], {
      env: {
        PATH: process.env.PATH,
        REDIS_URL: redisUrl,
        [store.name === 'mongo' ? 'MONGODB_URL' : 'POSTGRES_URL']: store.url,
        TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS: 'true',
        TRIBUTARY_LOG_LEVEL: 'error',
        ...TIMES,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const place: Place = { child, ready: false, said: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        place.said = (place.said + chunk.toString()).slice(-1_500);
        place.ready ||= place.said.includes('Tributary ready on');
      });
    }
    child.once('exit', (code, signal) => {
      const n = this.#places.findIndex((other) => other.child === child);
      if (n < 0 || this.#closing) return;
      this.surprises.push(`A worker ended by itself (${signal ?? code}): ${place.said.trim()}`);
      setTimeout(() => {
        if (!this.#closing && this.#places[n]?.child === child) this.#places[n] = this.#start();
      }, 250);
    });
    return place;
  }

  #endAll(): void {
    for (const { child } of this.#places) child.kill('SIGKILL');
  }
}

interface Place {
  child: ChildProcess;
  ready: boolean;
  said: string;
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

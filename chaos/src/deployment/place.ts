import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BLOCK, BLOCKED_LOCKS, PRELOAD } from '../preload/control.js';

const program = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));
/** A start may have to wait for servers that are away, and for a place that nobody has freed yet. */
const START_MS = 120_000;
const AGAIN_MS = 250;

export type Role = 'api' | 'worker' | 'scheduler' | 'start';

interface Life {
  child: ChildProcess;
  url: string | undefined;
  said: string;
}

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) killGroup(child);
});

/** Where a process of the program runs: when it ends, another one takes its place. */
export class Place {
  /** Ends that nobody here brought about, with the last words. */
  readonly surprises: string[] = [];
  starts = 0;
  /** What all processes here have said, for as much as is needed. */
  heard = '';
  #life: Life;
  #closing = false;
  /** Ends that are wanted: by a kill from here, or at a crash point. */
  #expected = new Set<number>();

  constructor(
    readonly role: Role,
    private readonly env: { [name: string]: string },
    private readonly onEnd: (pid: number) => boolean,
  ) {
    this.#life = this.#start();
  }

  /** Where it serves, while it does. */
  get url(): string | undefined {
    return isRunning(this.#life.child) ? this.#life.url : undefined;
  }

  /** The process that does the work: `start` has a supervisor above it. */
  get pid(): number {
    const { pid = 0 } = this.#life.child;
    return this.role === 'start' ? (childrenOf(pid)[0] ?? pid) : pid;
  }

  get said(): string {
    return this.#life.said;
  }

  /** Resolves with its address when it serves. */
  async ready(ms = START_MS): Promise<string> {
    const deadline = Date.now() + ms;
    while (Date.now() < deadline) {
      if (this.url !== undefined) return this.url;
      await sleep(20);
    }
    throw new Error(
      `The ${this.role} did not become ready. ${this.surprises.slice(-3).join('\n')}\n${this.#life.said}`,
    );
  }

  /** SIGKILL of all of it, and a new one at once. */
  async kill(): Promise<void> {
    const { child } = this.#life;
    const gone = this.#gone(child);
    this.#expect(child);
    killGroup(child);
    await gone;
  }

  /** SIGKILL of the process that does the work, if the role has a supervisor: that one starts it again. */
  killWork(): void {
    const { pid } = this;
    this.#expected.add(pid);
    this.#life.url = undefined;
    signal(pid, 'SIGKILL');
  }

  /** Stops the process for a while, without its knowledge. */
  async stall(ms: number): Promise<void> {
    const { pid } = this;
    signal(pid, 'SIGSTOP');
    await sleep(ms);
    signal(pid, 'SIGCONT');
  }

  /**
   * Blocks the event loop of the process that does the work for several times as long as its locks last: its watchdog
   * ends it, or it is said. Resolves when it has gone. One that starts may have no watchdog yet.
   */
  async block(): Promise<void> {
    await this.ready();
    const { pid } = this;
    this.#expected.add(pid);
    signal(pid, BLOCK);
    const deadline = Date.now() + BLOCKED_LOCKS * Number(this.env.TRIBUTARY_LOCK_MS);
    while (isAlive(pid)) {
      await sleep(50);
      if (Date.now() < deadline) continue;
      this.surprises.push(`No watchdog ended the ${this.role}, whose event loop was blocked.`);
      signal(pid, 'SIGKILL');
    }
  }

  /** SIGTERM, and nobody in its place. Resolves with the exit code. */
  async stop(): Promise<number | null> {
    this.#closing = true;
    const { child } = this.#life;
    const gone = this.#gone(child);
    child.kill('SIGTERM');
    const impatient = setTimeout(() => killGroup(child), 30_000);
    await gone;
    clearTimeout(impatient);
    return child.exitCode;
  }

  /** After `stop`: takes its place again. */
  resume(): void {
    this.#closing = false;
    this.#life = this.#start();
  }

  async end(): Promise<void> {
    this.#closing = true;
    const { child } = this.#life;
    const gone = this.#gone(child);
    killGroup(child);
    await gone;
  }

  #expect(child: ChildProcess): void {
    if (child.pid !== undefined) this.#expected.add(child.pid);
  }

  #gone(child: ChildProcess): Promise<unknown> {
    return isRunning(child) ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve();
  }

  #start(): Life {
    this.starts++;
    const args = ['--import', pathToFileURL(PRELOAD).href, program, this.role, '--port', '0'];
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, args, {
      env: { PATH, HOME, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    living.add(child);
    const life: Life = { child, url: undefined, said: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        life.said = (life.said + chunk.toString()).slice(-3_000);
        this.heard += chunk.toString();
        const ready = [...life.said.matchAll(/Tributary ready on (http:\S+)\n/g)].at(-1);
        const again = life.said.lastIndexOf('it is started again');
        if (ready) life.url = again > ready.index ? undefined : ready[1];
      });
    }
    child.once('exit', (code, how) => {
      living.delete(child);
      killGroup(child);
      const { pid = 0 } = child;
      const expected = this.#expected.delete(pid) || this.onEnd(pid);
      if (this.#closing) return;
      // Its last words come after its end.
      if (!expected) {
        child.once('close', () =>
          this.surprises.push(`The ${this.role} ended (${how ?? code}): ${life.said.trim().slice(-500)}`),
        );
      }
      if (expected) this.#life = this.#start();
      else
        setTimeout(() => {
          if (!this.#closing && this.#life.child === child) this.#life = this.#start();
        }, AGAIN_MS);
    });
    return life;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    if (pid !== 0) process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

/** The process and, under a supervisor, the one below it. */
function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
}

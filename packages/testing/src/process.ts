import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { onPath } from './find.js';

/** How a server process is begun and ended. */
export interface Launch {
  command: string;
  args: string[];
  cwd: string;
  /** The signal of an orderly end; the process also gets it when the test process dies. */
  endSignal: 'SIGTERM' | 'SIGINT';
  /** The user that runs it, when we are root and the program refuses root. */
  user?: string;
}

/** A process that was begun. */
export interface Running {
  readonly pid: number;
  readonly exited: boolean;
  end(): Promise<void>;
  kill(): Promise<void>;
  /** The last words of the process, for an error message. */
  output(): string;
}

/** Begins a process that does not outlive this one, however this one ends. */
export function launch({ command, args, cwd, endSignal, user }: Launch): Running {
  const [program, programArgs] = withGuard(command, args, endSignal, user);
  const child = spawn(program, programArgs, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const listen = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.once('error', (error) => listen(Buffer.from(`${error.message}\n`)));
  // The streams and the process must not keep a test process alive that has nothing else to do.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref?(): void }).unref?.();

  const pid = child.pid ?? -1;
  return {
    pid,
    get exited() {
      return hasExited(child);
    },
    end: () => signalAndWait(child, endSignal),
    async kill() {
      // The children of a postmaster have groups of their own and would finish what they are at.
      const children = childrenOf(pid);
      await signalAndWait(child, 'SIGKILL');
      for (const id of children) tryKill(id);
    },
    output: () => (said ? `Its last words: ${said.trim()}` : 'It said nothing.'),
  };
}

/** setpriv becomes the program (same pid), after it has asked the kernel for a signal at the death of its parent. */
function withGuard(command: string, args: string[], signal: string, user?: string): [string, string[]] {
  const setpriv = onPath('setpriv');
  if (!setpriv) return [command, args];
  const asUser = user ? [`--reuid=${user}`, `--regid=${user}`, '--init-groups'] : [];
  return [setpriv, [...asUser, `--pdeathsig=${signal.replace('SIG', '')}`, command, ...args]];
}

function hasExited(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function signalAndWait(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasExited(child)) return Promise.resolve();
  return new Promise((resolve) => {
    child.ref();
    const impatient = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', () => {
      clearTimeout(impatient);
      resolve();
    });
    child.kill(signal);
  });
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

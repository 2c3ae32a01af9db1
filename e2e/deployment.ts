import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A `npm start` in a process group of its own, as a user has it in a terminal. */
export interface Deployment {
  /** What follows `Tributary ready on`. */
  readonly url: string;
  /** Everything that it printed so far. */
  output(): string;
  /** Sends a signal to the whole group and waits until every process of it is gone. */
  signal(name: NodeJS.Signals): Promise<void>;
}

/** Runs `npm start` in a folder and waits until it says that it is ready. */
export async function npmStart(folder: string, settings: Record<string, string>): Promise<Deployment> {
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...plainEnvironment(), ...settings },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const url = await readyUrl(child, () => output);
  return { url, output: () => output, signal: (name) => signalGroup(child, name) };
}

/** The environment of a fresh terminal: nothing of the test run or of npm, and no server that the machine may have. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(CI|NODE_ENV|NODE_OPTIONS|PORT|DEV|MODE|PROD|SSR|TEST|INIT_CWD)$|^(VITEST|TRIBUTARY_|npm_(?!config))|_URL$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

async function readyUrl(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = Date.now() + 8 * 60_000;
  while (Date.now() < deadline) {
    const url = /Tributary ready on (\S+)/.exec(output())?.[1];
    if (url) return url;
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  await signalGroup(child, 'SIGKILL');
  throw new Error(`npm start did not become ready (exit code ${child.exitCode}). It said:\n${output()}`);
}

async function signalGroup(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  const group = -(child.pid ?? Number.NaN);
  try {
    process.kill(group, name);
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      process.kill(group, 0);
      await sleep(25);
    }
  } catch {
    return; // Nobody is left in the group.
  }
  throw new Error(`The process group is still there 30 s after ${name}.`);
}

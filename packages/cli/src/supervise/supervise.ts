import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../errors.js';
import { complain } from '../print.js';

/** Set in the environment of the process that does the work. */
export const SUPERVISED = 'TRIBUTARY_SUPERVISED';

/** A process that lived for so long has come up well: what comes after is a new row of failures. */
const LONG_MS = 30_000;
/** The first pause before it is started again, doubled with each failure in a row. */
const PAUSE_MS = 500;

/** How often it is started again after failures in a row, and how long is waited before it at most. */
interface Patience {
  most: number;
  longestPauseMs: number;
}

/** It ended by itself before it was ready: it will not do better the next time. */
const AT_START: Patience = { most: 5, longestPauseMs: 4_000 };
/** Something ended it before it was ready. */
const ENDED: Patience = { most: 20, longestPauseMs: 4_000 };
/**
 * It had served: whoever sends events is answered again soon. An event that kills its worker is given up after several
 * deaths, and a batch can hold some.
 */
const SERVED: Patience = { most: 60, longestPauseMs: 1_000 };

/** Milliseconds to wait after so many failures in a row, of which this is the last; nothing when it is the end. */
export function pauseAfter(failures: number, { signal, ready }: Pick<Ending, 'signal' | 'ready'>): number | undefined {
  const { most, longestPauseMs } = ready ? SERVED : signal ? ENDED : AT_START;
  return failures >= most ? undefined : Math.min(longestPauseMs, PAUSE_MS * 2 ** (failures - 1));
}

/**
 * Runs `tributary` with these arguments in a child process, and starts it again when it crashed or its watchdog ended
 * it. A mistake in the settings, or too many failures in a row, end it for good. Resolves with the exit code.
 */
export async function supervise(args: string[]): Promise<number> {
  const stop = new StopSignals();
  let failures = 0;
  for (;;) {
    const begun = performance.now();
    const { code, signal, ready } = await run(args, stop);
    if (stop.asked || code === 0 || code === EXIT.mistake) return code ?? EXIT.crash;
    failures = performance.now() - begun > LONG_MS ? 1 : failures + 1;
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
    const pause = pauseAfter(failures, { signal, ready });
    if (pause === undefined) {
      complain(`Tributary ${how} ${failures} times in a row: it is not started again. The log above says why.`);
      return EXIT.mistake;
    }
    complain(`Tributary ${how}: it is started again in ${pause} ms.`);
    if (await stop.within(pause)) return 0;
  }
}

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it had said that it serves. */
  ready: boolean;
}

function run(args: string[], stop: StopSignals): Promise<Ending> {
  const program = fileURLToPath(new URL('../main.js', import.meta.url));
  // The channel is also how the child learns that this process is gone, however it went.
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [SUPERVISED]: '1' },
  });
  stop.child = child;
  let ready = false;
  child.on('message', (message) => {
    ready ||= message === 'ready';
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      stop.child = undefined;
      resolve({ code, signal, ready });
    });
  });
}

/** npm passes a Ctrl-C on that the terminal has sent already: signals so close together are one. */
export const ONE_SIGNAL_MS = 400;

/**
 * The first signal asks the child to stop, the second ends it at once. The child hears of it by the channel alone: a
 * Ctrl-C reaches it too, and must not count twice.
 */
class StopSignals {
  child: ChildProcess | undefined;
  #since: number | undefined;
  #wake: (() => void) | undefined;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#heard());
  }

  get asked(): boolean {
    return this.#since !== undefined;
  }

  #heard(): void {
    if (this.#since === undefined) {
      this.#since = performance.now();
      if (this.child?.connected) this.child.send('stop');
      this.#wake?.();
    } else if (performance.now() - this.#since > ONE_SIGNAL_MS) this.child?.kill('SIGKILL');
  }

  /** Waits; true when a signal came first. */
  within(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(this.asked), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

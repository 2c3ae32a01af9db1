import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of the bench in a process of its own, spoken to by messages. */
export interface Program<In, Out> {
  readonly pid: number;
  /** Sends a message and waits for the next one that comes back. */
  ask(message: In): Promise<Out>;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a module of this package and waits for its first message. */
export async function startProgram<In extends object, Out>(
  module: string,
  given: object,
  /** Of Node. */
  flags: string[] = [],
): Promise<Program<In, Out> & { hello: Out }> {
  const path = fileURLToPath(new URL(`../${module}.js`, import.meta.url));
  const child = fork(path, [JSON.stringify(given)], {
    execArgv: [...process.execArgv, ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const next = () =>
    new Promise<Out>((resolve, reject) => {
      const forget = () => {
        child.off('message', answered);
        child.off('exit', ended);
      };
      const answered = (message: unknown) => {
        forget();
        resolve(message as Out);
      };
      const ended = (code: number | null) => {
        forget();
        reject(new Error(`${module} ended with exit code ${code}: its own words are above.`));
      };
      child.on('message', answered);
      child.on('exit', ended);
    });
  const hello = await next();
  return {
    pid: child.pid as number,
    hello,
    async ask(message) {
      const answer = next();
      child.send(message);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What a program was given, on its own side. */
export function given<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Tells the side that started this program something. */
export function tell(message: object): void {
  process.send?.(message);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Launch, launch, type Running } from './process.js';

/** A real server that a test started on 127.0.0.1. */
export interface TestServer {
  /** The program that runs, for reports: `redis`, `postgres`, `mongod`, `mongo-java-server`. */
  readonly name: string;
  readonly url: string;
  readonly port: number;
  /** The id of the process that runs now; another one after a restart. */
  readonly pid: number;
  readonly dir: string;
  /** Ends the server in its own orderly way and removes its temporary folder. */
  stop(): Promise<void>;
  /** SIGKILL: the data folder stays, `restart` brings the server back. */
  kill(): Promise<void>;
  /** Starts again on the same port with the same data, after an orderly stop if it still runs. */
  restart(): Promise<void>;
}

interface Definition extends Launch {
  name: string;
  url: string;
  port: number;
  dir: string;
  /** Whether the folder is removed by `stop`. */
  temporary: boolean;
  /** Rejects until the server answers. */
  ping(): Promise<unknown>;
}

const START_TIMEOUT = 45_000;

/** Starts what is defined, waits for its first answer, and gives the handle that tests use. */
export async function startServer(definition: Definition): Promise<TestServer> {
  const { name, url, port, dir, ping } = definition;
  let running: Running = await startUntilItAnswers(definition, ping);
  return {
    name,
    url,
    port,
    dir,
    get pid() {
      return running.pid;
    },
    async stop() {
      await running.end();
      if (definition.temporary) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
    kill: () => running.kill(),
    async restart() {
      await running.end();
      running = await startUntilItAnswers(definition, ping);
    },
  };
}

/** Makes the temporary folder of one server. */
export function temporaryFolder(kind: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `tributary-${kind}-`));
}

async function startUntilItAnswers(definition: Definition, ping: () => Promise<unknown>): Promise<Running> {
  const deadline = Date.now() + START_TIMEOUT;
  let running = launch(definition);
  for (;;) {
    await sleep(25);
    // After a SIGKILL a port or a lock of the old process can linger for a moment: a start that failed is tried again.
    if (running.exited && Date.now() < deadline) {
      await sleep(250);
      running = launch(definition);
      continue;
    }
    const failure = await ping().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined && !running.exited) return running;
    if (Date.now() < deadline) continue;
    await running.kill();
    throw new Error(`${definition.name} did not answer within ${START_TIMEOUT / 1000} s. ${running.output()}`, {
      cause: failure,
    });
  }
}

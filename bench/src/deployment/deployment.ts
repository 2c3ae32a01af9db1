import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../servers/backends.js';
import { type StoreEye, storeEye } from './eye.js';
import { type Management, management } from './management.js';
import { type TributaryProcess, tributary, type What } from './processes.js';

export interface DeploymentOptions {
  backend: Backend;
  /** Number of worker processes beside one api; 0 is an api alone. By default 1; the embedded default is one process. */
  workers?: number;
  flows?: readonly object[];
  scheduler?: boolean;
  /** Folder in which the processes leave their CPU profiles. */
  profiles?: string;
}

/** A Tributary under measurement. */
export interface Deployment extends Management {
  readonly url: string;
  readonly api: TributaryProcess;
  readonly workers: TributaryProcess[];
  readonly all: TributaryProcess[];
  readonly eye: StoreEye;
  /** Sends one track call. */
  send(call: object): Promise<void>;
  /** Resolves when this many events are applied in all; fails when that takes too long. */
  untilApplied(events: number, patienceSeconds: number): Promise<void>;
  stop(): Promise<void>;
}

const TOKEN = 'token-of-the-bench';

/** Starts a deployment with one source, whose write key is `bench`, and these flows, live. */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { backend, profiles } = options;
  const env = environment(backend);
  const all: TributaryProcess[] = [];
  const begin = async (what: What) => {
    const process = await tributary(what, env, profiles);
    all.push(process);
    return process;
  };
  try {
    const embedded = backend.name === 'embedded';
    const api = await begin(embedded ? 'start' : 'api');
    const manage = management(api.url, TOKEN);
    await manage.prepare(options.flows ?? []);
    const workers: TributaryProcess[] = embedded ? [api] : [];
    for (let n = 0; !embedded && n < (options.workers ?? 1); n++) workers.push(await begin('worker'));
    if (!embedded && options.scheduler) await begin('scheduler');
    const eye = await storeEye(backend, manage);
    return {
      ...manage,
      url: api.url,
      api,
      workers,
      all,
      eye,
      send: (call) => track(api.url, call),
      async untilApplied(events, patienceSeconds) {
        const deadline = Date.now() + patienceSeconds * 1_000;
        for (;;) {
          const applied = await eye.applied();
          if (applied >= events) return;
          if (Date.now() > deadline) {
            const words = all.map((process) => `${process.what}: ${process.words()}`).join('\n');
            throw new Error(`Of ${events} events ${applied} were applied within ${patienceSeconds} s.\n${words}`);
          }
          await sleep(40);
        }
      },
      async stop() {
        await eye.close();
        for (const process of all.toReversed()) await process.stop();
      },
    };
  } catch (error) {
    for (const process of all.toReversed()) await process.stop();
    throw error;
  }
}

async function track(url: string, call: object): Promise<void> {
  const answer = await fetch(`${url}/v1/track`, {
    method: 'POST',
    body: JSON.stringify({ writeKey: 'bench', ...call }),
  });
  if (!answer.ok) throw new Error(`An event was answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

function environment({ name, redisUrl, store }: Backend): { [name: string]: string } {
  const common = {
    TRIBUTARY_ADMIN_TOKEN: TOKEN,
    TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS: 'true',
    // Room for what an api alone takes in a round.
    TRIBUTARY_QUEUE_MAX_BYTES: String(8 * 1024 ** 3),
  };
  if (name === 'embedded') return { ...common, TRIBUTARY_DATA: store };
  return { ...common, REDIS_URL: redisUrl as string, [name === 'mongo' ? 'MONGODB_URL' : 'POSTGRES_URL']: store };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { API_FLAGS } from '../machine/node.js';
import { type Program, startProgram } from '../programs/program.js';
import type { Backend } from '../servers/backends.js';
import type { BareOptions } from './program.js';

type Bare = Program<{ kind: 'applied' | 'close' }, { applied: number }> & { hello: { url?: string } };

/** The program without logic, in as many processes as Tributary has. */
export interface BareDeployment {
  url: string;
  pids: number[];
  untilApplied(events: number, patienceSeconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the program without logic on an empty backend. */
export async function startBare(
  backend: Backend,
  more: Pick<BareOptions, 'profile' | 'delivered'>,
  count: number,
): Promise<BareDeployment> {
  const start = (role: BareOptions['role']) => {
    const given: BareOptions = { backend, role, ...more };
    return startProgram('ceiling/program', given, role === 'api' ? API_FLAGS : []) as unknown as Promise<Bare>;
  };
  const programs = [await start(backend.name === 'embedded' ? 'both' : 'api')];
  for (let n = 0; backend.name !== 'embedded' && n < count; n++) programs.push(await start('worker'));
  const workers = programs.slice(-count);
  const applied = async () => {
    const found = await Promise.all(workers.map((worker) => worker.ask({ kind: 'applied' })));
    return found.reduce((sum, each) => sum + each.applied, 0);
  };
  return {
    url: programs[0]?.hello.url as string,
    pids: programs.map(({ pid }) => pid),
    async untilApplied(events, patienceSeconds) {
      const deadline = Date.now() + patienceSeconds * 1_000;
      for (;;) {
        const done = await applied();
        if (done >= events) return;
        if (Date.now() > deadline) throw new Error(`Of ${events} events ${done} were written in time.`);
        await sleep(40);
      }
    },
    async stop() {
      for (const worker of workers) await worker.ask({ kind: 'close' });
      for (const program of programs) await program.stop();
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
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
export async function startBare(backend: Backend, profile: string): Promise<BareDeployment> {
  const start = (role: BareOptions['role']) =>
    startProgram('ceiling/program', { backend, role, profile } satisfies BareOptions) as unknown as Promise<Bare>;
  const programs = backend.name === 'embedded' ? [await start('both')] : [await start('api'), await start('worker')];
  const worker = programs.at(-1) as Bare;
  return {
    url: programs[0]?.hello.url as string,
    pids: programs.map(({ pid }) => pid),
    async untilApplied(events, patienceSeconds) {
      const deadline = Date.now() + patienceSeconds * 1_000;
      for (;;) {
        const { applied } = await worker.ask({ kind: 'applied' });
        if (applied >= events) return;
        if (Date.now() > deadline) throw new Error(`Of ${events} events ${applied} were written in time.`);
        await sleep(40);
      }
    },
    async stop() {
      await worker.ask({ kind: 'close' });
      for (const program of programs) await program.stop();
    },
  };
}

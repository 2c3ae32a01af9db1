import type { Role } from '@tributary/engine';
import { Command } from 'commander';
import { addManagement } from './client/commands.js';
import type { ServeOptions } from './serve/serve.js';
import { SUPERVISED, supervise } from './supervise/supervise.js';

/** The `tributary` command. */
export function createProgram(): Command {
  const program = new Command('tributary')
    .description('Events in, profiles out.')
    .showHelpAfterError()
    .helpCommand(false);
  program
    .command('start')
    .description('run API, worker and scheduler in one process')
    .option('--demo', 'with the example shop, its flows, and a source with the write key "demo"', false)
    .option('--port <port>', 'in the place of the setting PORT')
    .action(start);
  for (const role of ['api', 'worker', 'scheduler'] as const) {
    program
      .command(role)
      .description(`run the role ${role} alone (needs REDIS_URL)`)
      .option('--port <port>', 'in the place of the setting PORT')
      .action(({ port }: { port?: string }) => runRole(role, port));
  }
  program
    .command('partitions [number]')
    .description('show or change the number of partitions, while all processes are stopped')
    .action(async (number?: string) => {
      const { partitions } = await import('./serve/partitions.js');
      await partitions(number);
    });
  addManagement(program);
  return program;
}

/** The engine is loaded where it is used: a supervisor or a command that speaks to the API needs none of it. */
async function serve(options: ServeOptions): Promise<void> {
  const { serve: run } = await import('./serve/serve.js');
  await run(options);
}

const ALL: readonly Role[] = ['api', 'worker', 'scheduler'];

async function start({ demo, port }: { demo: boolean; port?: string }): Promise<void> {
  if (process.env[SUPERVISED]) {
    await serve({ roles: ALL, severalProcesses: false, demo, ...(port !== undefined && { port }) });
    return;
  }
  process.exit(
    await supervise(['start', ...(demo ? ['--demo'] : []), ...(port === undefined ? [] : ['--port', port])]),
  );
}

function runRole(role: Role, port: string | undefined): Promise<void> {
  return serve({ roles: [role], severalProcesses: true, demo: false, ...(port !== undefined && { port }) });
}

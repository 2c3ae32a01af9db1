import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endWithParent } from './lib/orphan.mjs';
import { main, Refusal, root } from './lib/run.mjs';
import { prepare } from './prepare.mjs';

await main(async () => {
  await prepare();
  const program = join(root, 'packages', 'cli', 'dist', 'main.js');
  if (!existsSync(program)) throw new Refusal(`${program} was not built: remove node_modules and start again.`);
  // The program takes over this process instead of getting one of its own: a signal reaches it once and directly,
  // its exit code is ours, and nothing is left running when this process is killed.
  process.argv = [process.execPath, program, 'start', '--demo', ...process.argv.slice(2)];
  if (process.env.npm_lifecycle_event !== undefined) endWithParent();
  await import(pathToFileURL(program).href);
});

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { main, root, step } from '../scripts/lib/run.mjs';
import { prepare } from '../scripts/prepare.mjs';

// The program and the suite run as they are built, not from their sources.
await main(async () => {
  await prepare();
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  await step('Building the suite', process.execPath, [compiler, '-b', 'chaos'], 'Correct what is named above.');
  // A million events are looked at all together.
  const args = ['--max-old-space-size=12000', join(root, 'chaos', 'dist', 'main.js'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
});

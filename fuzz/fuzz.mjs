import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, root, step } from '../scripts/lib/run.mjs';
import { prepare } from '../scripts/prepare.mjs';

// The program and the fuzzer run as they are built, not from their sources.
await main(async () => {
  await prepare();
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  await step('Building the fuzzer', process.execPath, [compiler, '-b', 'fuzz'], 'Correct what is named above.');
  await import(pathToFileURL(join(root, 'fuzz', 'dist', 'main.js')).href);
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, Refusal, root } from '../scripts/lib/run.mjs';
import { prepare } from '../scripts/prepare.mjs';

/** Builds what is to be measured and the bench itself, then runs it in this process. */
await main(async () => {
  await prepare();
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-b', join(root, 'bench')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Refusal('The bench does not compile as it is: correct what is named above.');
  await import(pathToFileURL(join(root, 'bench', 'dist', 'main.js')).href);
});

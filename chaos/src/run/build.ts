import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds what is loaded into the processes, as they are built: for tests, which run from the sources. Throws with what the compiler said. */
export function buildSuite(): void {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-b', 'chaos'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
}

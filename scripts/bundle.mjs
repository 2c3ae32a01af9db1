import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLES, bundle } from '../packages/tracker-js/bundles.mjs';
import { main, root } from './lib/run.mjs';

const dist = join(root, 'packages', 'tracker-js', 'dist');

/** The tracker as pages load it without a bundler. */
await main(async () => {
  await mkdir(dist, { recursive: true });
  for (const name of Object.keys(BUNDLES)) await writeFile(join(dist, name), await bundle(name));
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { main, root } from './lib/run.mjs';

const tracker = join(root, 'packages', 'tracker-js');

/** What a page loads without a bundler: one classic script, and the same as a module. */
const bundles = [
  { entry: 'script.ts', outfile: 't.js', format: 'iife' },
  { entry: 'index.ts', outfile: 'tributary.mjs', format: 'esm' },
];

await main(async () => {
  for (const { entry, outfile, format } of bundles) {
    const source = join(tracker, 'src', entry);
    if (!existsSync(source)) {
      console.log(`No ${source}: ${outfile} is left out.`);
      continue;
    }
    await build({
      entryPoints: [source],
      outfile: join(tracker, 'dist', outfile),
      format,
      bundle: true,
      minify: true,
      sourcemap: true,
      target: 'es2020',
      platform: 'browser',
      legalComments: 'none',
    });
  }
});

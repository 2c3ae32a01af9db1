import { join } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';

/**
 * What the script's parts call each other by. None of these is a name of the browser's or of the public API. New ones
 * come last: a page can hold a part of the last version in its cache, and the letters must stay.
 */
const PRIVATE = [
  'allows',
  'answer',
  'become',
  'count',
  'extend',
  'isAllowed',
  'isProvisional',
  'leaving',
  'names',
  'notify',
  'opened',
  'preferences',
  'put',
  'read',
  'remove',
  'restore',
  'run',
  'setAnonymousId',
  'setUserId',
  'settled',
  'store',
  'taken',
  'tracker',
  'wiped',
  'write',
  'parting',
  'autoPage',
  'base',
  'modules',
];

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** What a page loads without a bundler: the script, the parts that it loads when asked for, and the whole as a module. */
export const BUNDLES = {
  't.js': { entry: 'script.ts', format: 'iife' },
  't-elements.js': { entry: 'elements.ts', format: 'esm' },
  't-auto.js': { entry: 'auto.ts', format: 'esm' },
  't-profile.js': { entry: 'profile.ts', format: 'esm' },
  't-vitals.js': { entry: 'vitals.ts', format: 'esm' },
  't-links.js': { entry: 'links.ts', format: 'esm' },
  't-cookie.js': { entry: 'server-cookie.ts', format: 'esm' },
  'tributary.mjs': { entry: 'index.ts', format: 'esm' },
};

/** The code of one bundle, as small as it gets. */
export async function bundle(name) {
  const { entry, format } = BUNDLES[name];
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'src', entry)],
    bundle: true,
    write: false,
    format,
    target: 'es2021',
    platform: 'browser',
    legalComments: 'none',
    ...(name.startsWith('t') && name.endsWith('.js')
      ? {
          mangleProps: new RegExp(`^(${PRIVATE.join('|')})$`),
          // The same in each of the bundles: they hand these things to each other.
          mangleCache: Object.fromEntries(PRIVATE.map((word, i) => [word, LETTERS[i]])),
        }
      : {}),
  });
  const { code } = await minify(outputFiles[0].text, {
    ecma: 2020,
    module: format === 'esm',
    toplevel: true,
    compress: {
      passes: 3,
      unsafe: true,
      unsafe_arrows: true,
      inline: 1,
      hoist_funs: true,
      keep_fargs: false,
      pure_getters: true,
    },
  });
  // Nothing here behaves differently without it.
  return code.replace('"use strict";', '');
}

/** The snippet that pages hold in their head. */
export async function snippet() {
  const { readFile } = await import('node:fs/promises');
  const source = await readFile(join(import.meta.dirname, 'snippet.js'), 'utf8');
  const { code } = await minify(source, { ecma: 2020, compress: { passes: 3, unsafe_arrows: true } });
  return code;
}

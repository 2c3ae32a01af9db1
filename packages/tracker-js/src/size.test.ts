import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';

const sizeOf = (file: string, bundle: boolean) => {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const built = buildSync({
    entryPoints: [entry],
    bundle,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2020',
  });
  return gzipSync(built.outputFiles[0]?.contents ?? '', { level: 9 }).length;
};

test('the script weighs 4.5 KB at most, the snippet half a KB (gzip -9)', () => {
  expect(sizeOf('./script.ts', true)).toBeLessThanOrEqual(4_500);
  expect(sizeOf('../snippet.js', false)).toBeLessThanOrEqual(500);
});

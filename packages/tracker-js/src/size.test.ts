import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundle, snippet } from '../bundles.mjs';

const weight = (code: string) => gzipSync(code, { level: 9 }).length;

test.each([
  ['the snippet', snippet, 500],
  ['the core', () => bundle('t.js'), 4_500],
  ['profile', () => bundle('t-profile.js'), 1_500],
  ['web vitals', () => bundle('t-vitals.js'), 4_000],
  ['declarative events', () => bundle('t-elements.js'), 500],
  ['hand-over by links', () => bundle('t-links.js'), 1_000],
  ['the cookie set by the server', () => bundle('t-cookie.js'), 1_000],
])('%s weighs no more than it may (gzip -9)', async (_, code, limit) => {
  expect(weight(await code())).toBeLessThanOrEqual(limit);
});

test('with automatic capture it is 7 KB at most', async () => {
  expect(weight(await bundle('t.js')) + weight(await bundle('t-auto.js'))).toBeLessThanOrEqual(7_000);
});

test('the path that it calls stands in it once, where the server puts the operator’s own', async () => {
  expect((await bundle('t.js')).split('"/v1"')).toHaveLength(2);
});

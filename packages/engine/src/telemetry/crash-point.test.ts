import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CRASH_POINTS } from './crash-point.js';
import { SAFEGUARDS } from './weakened.js';

const sources = join(import.meta.dirname, '..');

/** First arguments of every call of a function in the engine's own code. */
function namesIn(call: string): string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('testing'),
  );
  const calls = new RegExp(`(?<!function )\\b${call}\\(([^)]*)\\)`, 'g');
  return files.flatMap((file) =>
    [...readFileSync(join(sources, file), 'utf8').matchAll(calls)].map((found) => found[1] as string),
  );
}

it('each crash point of the list is one line of the code', () => {
  expect(namesIn('crashPoint').sort()).toEqual(CRASH_POINTS.map((name) => `'${name}'`).sort());
});

it('each safeguard of the list can be switched off, and no other', () => {
  expect([...new Set(namesIn('weakened'))].sort()).toEqual(SAFEGUARDS.map((name) => `'${name}'`).sort());
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StoreName } from '../deployment/servers.js';

const sources = fileURLToPath(new URL('../../../packages/engine/src', import.meta.url));

/** The named crash points that a deployment on this store comes by, read from the sources of the engine. */
export function crashPoints(store: StoreName): string[] {
  const names = new Set<string>();
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(sources, file), 'utf8');
    for (const [, name] of text.matchAll(/\bcrashPoint\(\s*'([^']+)'/g)) names.add(name as string);
    if (store !== 'mongo' || !file.includes('mongo')) continue;
    for (const [, step] of text.matchAll(/\bafterStep\(\s*'([^']+)'/g)) names.add(`mongo:${step}`);
  }
  return [...names].filter((name) => store === 'mongo' || !name.startsWith('mongo:')).sort();
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** What the tracker loads when a page asks for it. */
const PARTS = ['auto', 'elements', 'vitals', 'profile', 'links', 'cookie'];

/** The built browser tracker and its parts, or nothing when it has not been built. */
export async function trackerFiles(): Promise<{ trackerScript?: string; trackerParts?: { [name: string]: string } }> {
  const { resolve } = createRequire(import.meta.url);
  const read = (name: string) => readFile(resolve(`@tributary/tracker-js/${name}.js`), 'utf8');
  try {
    const parts = PARTS.map(async (name) => [name, await read(`t-${name}`)]);
    return { trackerScript: await read('t'), trackerParts: Object.fromEntries(await Promise.all(parts)) };
  } catch {
    return {};
  }
}

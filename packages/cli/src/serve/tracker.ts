import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The built browser tracker, or undefined when it has not been built. */
export async function trackerScript(): Promise<string | undefined> {
  try {
    return await readFile(createRequire(import.meta.url).resolve('@tributary/tracker-js/t.js'), 'utf8');
  } catch {
    return undefined;
  }
}

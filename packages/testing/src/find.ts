import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of the first of these programs that is on the PATH. */
export function onPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isExecutable);
    if (found) return found;
  }
  return undefined;
}

/** The folder of PostgreSQL's programs: Debian keeps them off the PATH, one folder a version; the newest wins. */
export function postgresBin(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = listFolder(root).sort((a, b) => Number(b) - Number(a));
  const debian = versions.map((version) => join(root, version, 'bin')).find((bin) => isExecutable(join(bin, 'initdb')));
  return debian ?? onPath('initdb')?.replace(/\/initdb$/, '');
}

/** The path of an installed Chromium or Chrome. */
export function chromiumPath(): string | undefined {
  return onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

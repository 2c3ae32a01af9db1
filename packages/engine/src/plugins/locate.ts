import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { exports as resolveExports } from 'resolve.exports';
import { PluginError } from './shape.js';

/** The file that a specifier means: an npm package, a folder, or a file; relative to `from`. */
export async function locate(specifier: string, from: string): Promise<string> {
  const isPath = /^(\.{0,2}[/\\]|[A-Za-z]:[/\\]|\.{1,2}$)/.test(specifier);
  if (isPath) {
    const place = path.resolve(from, specifier);
    const kind = await kindOfPath(place);
    if (kind === 'file') return place;
    if (kind === 'folder') return await entryOf(place, specifier);
    throw new PluginError('PLUGIN_NOT_FOUND', `There is no file or folder ${place} to load a plugin from.`, {
      from: specifier,
    });
  }
  const { name, subpath } = packageOf(specifier);
  for (let at = path.resolve(from); ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if ((await kindOfPath(folder)) === 'folder') return await entryOf(folder, specifier, subpath);
    if (at === path.dirname(at)) break;
  }
  throw new PluginError(
    'PLUGIN_NOT_FOUND',
    `The package ${name} is not installed at or above ${from}: run \`npm install ${name}\` there. A path starts with ./ or /.`,
    { from: specifier },
  );
}

function packageOf(specifier: string): { name: string; subpath: string } {
  const match = /^((?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+)(\/.+)?$/i.exec(specifier);
  if (match?.[1] === undefined || match[1].split('/').some((part) => /^\.+$/.test(part)))
    throw new PluginError('PLUGIN_SPECIFIER', `${JSON.stringify(specifier)} is no package name and no path.`, {
      from: specifier,
    });
  return { name: match[1], subpath: match[2] === undefined ? '.' : `.${match[2]}` };
}

/** The file that a package or folder exports, as its package.json says; `index.js` when it says nothing. */
async function entryOf(folder: string, specifier: string, subpath = '.'): Promise<string> {
  const manifest = await readManifest(path.join(folder, 'package.json'), specifier);
  let entry: string | undefined;
  if (manifest?.exports !== undefined) {
    try {
      entry = resolveExports(manifest, subpath)?.[0];
    } catch (cause) {
      throw new PluginError('PLUGIN_EXPORTS', `${folder} does not export ${subpath}: see its package.json.`, {
        from: specifier,
        cause,
      });
    }
  } else if (subpath !== '.') entry = subpath;
  else if (typeof manifest?.main === 'string') entry = manifest.main;
  const place = path.resolve(folder, entry ?? 'index.js');
  if ((await kindOfPath(place)) === 'file') return place;
  throw new PluginError(
    'PLUGIN_NOT_FOUND',
    `${folder} has no ${path.relative(folder, place)}: build it, or name its file.`,
    {
      from: specifier,
    },
  );
}

type Manifest = {
  name: string;
  exports?: Parameters<typeof resolveExports>[0] extends { exports?: infer E } ? E : never;
  main?: unknown;
};

async function readManifest(file: string, specifier: string): Promise<Manifest | undefined> {
  if ((await kindOfPath(file)) !== 'file') return undefined;
  try {
    return { name: '', ...(JSON.parse(await readFile(file, 'utf8')) as object) } as Manifest;
  } catch (cause) {
    throw new PluginError('PLUGIN_MANIFEST', `${file} is no valid JSON.`, { from: specifier, cause });
  }
}

async function kindOfPath(place: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(place).catch(() => undefined);
  return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : undefined;
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPlugins } from './load.js';
import { PluginRegistry } from './registry.js';

let root: string;
const code = (name: string, version = '1.0.0') =>
  `{ name: '${name}', version: '${version}', title: 'T', config: { type: 'object' }, ports: ['out'], run: () => 'out' }`;

async function put(file: string, text: string): Promise<void> {
  const place = path.join(root, file);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, text);
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tributary-plugins-'));
  const esm = '{"type":"module"';
  await put('package.json', `${esm}}`);
  await put('one.js', `export default ${code('one')};`);
  await put('two.mjs', `export const plugins = [${code('two')}, ${code('two', '1.1.0')}];`);
  await put('folder/index.js', `export default [${code('in-folder')}];`);
  await put('node_modules/pack/package.json', `${esm},"name":"pack","exports":{".":{"import":"./lib/main.js"}}}`);
  await put('node_modules/pack/lib/main.js', `export default ${code('packed')};`);
  await put('node_modules/@a/b/package.json', `${esm},"name":"@a/b","main":"main.js"}`);
  await put('node_modules/@a/b/main.js', `export default ${code('scoped')};`);
  await put('broken.js', 'export default {');
  await put('nothing.js', 'export const other = 1;');
  await put('shapeless.js', `export default { name: 'x', version: '1', title: 'T' };`);
  await put('node_modules/unbuilt/package.json', `{"name":"unbuilt","exports":"./dist/index.js"}`);
});
afterAll(async () => await rm(root, { recursive: true }));

describe('loadPlugins', () => {
  it('loads files, folders and packages in the order given', async () => {
    const specifiers = ['./one.js', './two.mjs', './folder', 'pack', '@a/b', path.join(root, 'one.js')];
    const loaded = await loadPlugins(specifiers, { from: root });
    expect(loaded.map(({ name, version }) => `${name}@${version}`)).toEqual([
      'one@1.0.0',
      'two@1.0.0',
      'two@1.1.0',
      'in-folder@1.0.0',
      'packed@1.0.0',
      'scoped@1.0.0',
      'one@1.0.0',
    ]);
    const registry = new PluginRegistry();
    for (const plugin of loaded) registry.register(plugin);
    expect(registry.resolve('two')?.version).toBe('1.1.0');
  });

  it.each([
    ['./none.js', 'PLUGIN_NOT_FOUND', /no file or folder/],
    ['not-installed', 'PLUGIN_NOT_FOUND', /npm install not-installed/],
    ['unbuilt', 'PLUGIN_NOT_FOUND', /build it/],
    ['pack/inner', 'PLUGIN_EXPORTS', /does not export/],
    ['./broken.js', 'PLUGIN_IMPORT', /could not be loaded/],
    ['./nothing.js', 'PLUGIN_EXPORT', /exports no plugin/],
    ['./shapeless.js', 'PLUGIN_SHAPE', /exact semver.*from \.\/shapeless\.js/],
    ['@a/..', 'PLUGIN_SPECIFIER', /no package name/],
    ['', 'PLUGIN_SPECIFIER', /no package name/],
  ])('says what is wrong with %s', async (specifier, errorCode, message) => {
    await expect(loadPlugins([specifier], { from: root })).rejects.toMatchObject({
      name: 'PluginError',
      code: errorCode,
      message: expect.stringMatching(message),
    });
  });
});

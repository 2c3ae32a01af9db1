import { realpath } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Plugin } from '@tributary/sdk';
import { locate } from './locate.js';
import { assertPlugin, PluginError } from './shape.js';

/**
 * Loads plugins: npm packages, folders or files. Each exports a plugin or a list of them, as its
 * default or as `plugins`. Throws a PluginError that names the specifier and what to do.
 *
 * @param options.from Where packages and relative paths are looked for; the working directory by default.
 * @example
 * await loadPlugins(['tributary-plugin-loyalty', './plugins/own.js']);
 */
export async function loadPlugins(
  specifiers: readonly string[],
  { from = process.cwd() }: { from?: string } = {},
): Promise<Plugin[]> {
  const loaded: Plugin[] = [];
  for (const specifier of specifiers) loaded.push(...(await loadOne(specifier, from)));
  return loaded;
}

async function loadOne(specifier: string, from: string): Promise<Plugin[]> {
  const file = await realpath(await locate(specifier, from));
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PluginError('PLUGIN_IMPORT', `${specifier} (${file}) could not be loaded: ${reason}`, {
      from: specifier,
      cause,
    });
  }
  const given = module.plugins ?? module.default;
  if (given === undefined)
    throw new PluginError(
      'PLUGIN_EXPORT',
      `${specifier} exports no plugin: export one as default, or a list as \`plugins\`.`,
      { from: specifier },
    );
  const list: unknown[] = Array.isArray(given) ? given : [given];
  return list.map((plugin) => {
    assertPlugin(plugin, specifier);
    return plugin;
  });
}

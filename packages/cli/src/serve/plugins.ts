import { fileURLToPath } from 'node:url';
import { loadPlugins, PluginRegistry, type Settings } from '@tributary/engine';

/** The built-in plugins and those of the operator, loaded in the same way. */
export async function loadRegistry(settings: Pick<Settings, 'plugins'>): Promise<PluginRegistry> {
  const registry = new PluginRegistry();
  const here = fileURLToPath(new URL('.', import.meta.url));
  const builtIn = await loadPlugins(['@tributary/plugins'], { from: here });
  const own = await loadPlugins(settings.plugins);
  for (const plugin of [...builtIn, ...own]) registry.register(plugin);
  return registry;
}

import type { JsonObject, Plugin } from '@tributary/sdk';
import semver from 'semver';
import { assertPlugin, kindOf, PluginError } from './shape.js';

/** Plugins by name and exact version; several versions of one plugin live side by side. */
export class PluginRegistry {
  readonly #byName = new Map<string, Map<string, Plugin>>();

  /** Takes a plugin in. The same object again is no fault; another one under the same name and version is. */
  register(plugin: Plugin): void {
    assertPlugin(plugin);
    const versions = this.#byName.get(plugin.name) ?? new Map<string, Plugin>();
    const known = versions.get(plugin.version);
    if (known !== undefined && known !== plugin)
      throw new PluginError(
        'PLUGIN_TWICE',
        `${plugin.name}@${plugin.version} is registered already. Give the changed code a new version, or load it once.`,
      );
    versions.set(plugin.version, plugin);
    this.#byName.set(plugin.name, versions);
  }

  /** The plugin of this exact `name@version`. */
  get(key: string): Plugin | undefined {
    const { name, range } = splitSpecifier(key);
    return range === undefined ? undefined : this.#byName.get(name)?.get(range);
  }

  /** The highest version that `name@range` allows; a name alone takes the highest. */
  resolve(specifier: string): Plugin | undefined {
    const { name, range } = splitSpecifier(specifier);
    const versions = this.#byName.get(name);
    if (versions === undefined) return undefined;
    const best = semver.maxSatisfying([...versions.keys()], range ?? '*');
    return best === null ? undefined : versions.get(best);
  }

  /** The versions of a plugin, lowest first. */
  versions(name: string): string[] {
    return semver.sort([...(this.#byName.get(name)?.keys() ?? [])]);
  }

  /** All plugins with the JSON Schema of their config, by name and version. */
  list(): PluginListing[] {
    const names = [...this.#byName.keys()].sort();
    return names.flatMap((name) =>
      this.versions(name).flatMap((version) => {
        const plugin = this.#byName.get(name)?.get(version);
        return plugin === undefined ? [] : [describe(plugin)];
      }),
    );
  }
}

/** What the API and the console show of a plugin. */
export interface PluginListing {
  name: string;
  version: string;
  title: string;
  description: string | null;
  kind: 'run' | 'deliver' | 'wait';
  /** The ways out, or null when they depend on the config. */
  ports: readonly string[] | null;
  config: JsonObject;
}

function describe(plugin: Plugin): PluginListing {
  return {
    name: plugin.name,
    version: plugin.version,
    title: plugin.title,
    description: plugin.description ?? null,
    kind: kindOf(plugin),
    ports: typeof plugin.ports === 'function' ? null : plugin.ports,
    config: JSON.parse(JSON.stringify(plugin.config)) as JsonObject,
  };
}

/** `name@range` in its parts; a name alone has no range. */
export function splitSpecifier(specifier: string): { name: string; range: string | undefined } {
  const at = specifier.lastIndexOf('@');
  return at <= 0
    ? { name: specifier, range: undefined }
    : { name: specifier.slice(0, at), range: specifier.slice(at + 1) };
}

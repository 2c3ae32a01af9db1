import type { Json, JsonObject, Plugin } from '@tributary/sdk';
import type { Ajv, ValidateFunction } from 'ajv';
import semver from 'semver';
import type { FlowFault } from '../flows/faults.js';
import { createAjv, faultsOf } from './schemas.js';
import { assertPlugin, kindOf, PluginError } from './shape.js';

interface Entry {
  plugin: Plugin;
  validate: ValidateFunction;
}

/**
 * Plugins by name and exact version; several versions of one plugin live side by side.
 *
 * @example
 * const registry = new PluginRegistry();
 * for (const plugin of await loadPlugins(['@tributary/plugins'])) registry.register(plugin);
 * registry.resolve('webhook@^1')?.version;
 */
export class PluginRegistry {
  readonly #byName = new Map<string, Map<string, Entry>>();
  readonly #ajv: Ajv = createAjv();

  /** Takes a plugin in. The same object again is no fault; another one under the same name and version is. */
  register(plugin: Plugin): void {
    assertPlugin(plugin);
    const key = `${plugin.name}@${plugin.version}`;
    const versions = this.#byName.get(plugin.name) ?? new Map<string, Entry>();
    const known = versions.get(plugin.version);
    if (known?.plugin === plugin) return;
    if (known !== undefined)
      throw new PluginError(
        'PLUGIN_TWICE',
        `${key} is registered already. Give the changed code a new version, or load it once.`,
      );
    let validate: ValidateFunction;
    try {
      validate = this.#ajv.compile(plugin.config);
    } catch (cause) {
      throw new PluginError('PLUGIN_SCHEMA', `The config of ${key} is no valid JSON Schema: ${messageOf(cause)}.`, {
        cause,
      });
    }
    versions.set(plugin.version, { plugin, validate });
    this.#byName.set(plugin.name, versions);
  }

  /** The plugin of this exact `name@version`. */
  get(key: string): Plugin | undefined {
    const { name, range } = splitSpecifier(key);
    return range === undefined ? undefined : this.#byName.get(name)?.get(range)?.plugin;
  }

  /** The highest version that `name@range` allows; a name alone takes the highest. */
  resolve(specifier: string): Plugin | undefined {
    const { name, range } = splitSpecifier(specifier);
    const versions = this.#byName.get(name);
    const best = versions === undefined ? null : semver.maxSatisfying([...versions.keys()], range ?? '*');
    return best === null ? undefined : versions?.get(best)?.plugin;
  }

  /** The versions of a plugin, lowest first. */
  versions(name: string): string[] {
    return semver.sort([...(this.#byName.get(name)?.keys() ?? [])]);
  }

  /** The config with the schema's defaults filled in, or the faults by JSON pointer below `base`. */
  checkConfig(plugin: Plugin, config: Json, base = ''): { config: Json; faults: FlowFault[] } {
    const entry = this.#byName.get(plugin.name)?.get(plugin.version);
    if (entry === undefined)
      throw new PluginError('PLUGIN_UNKNOWN', `${plugin.name}@${plugin.version} is not registered.`);
    const filled = structuredClone(config);
    const valid = entry.validate(filled);
    return { config: filled, faults: valid ? [] : faultsOf(entry.validate.errors, base) };
  }

  /** All plugins with the JSON Schema of their config, by name and version. */
  list(): PluginListing[] {
    const names = [...this.#byName.keys()].sort();
    return names.flatMap((name) => {
      const entries = this.#byName.get(name);
      return this.versions(name).flatMap((version) => {
        const entry = entries?.get(version);
        return entry === undefined ? [] : [describe(entry.plugin)];
      });
    });
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

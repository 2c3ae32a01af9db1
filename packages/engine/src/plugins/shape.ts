import type { Plugin } from '@tributary/sdk';
import semver from 'semver';

/** A plugin that cannot be taken: `code` says why, `message` what to do. */
export class PluginError extends Error {
  override name = 'PluginError';
  readonly code: string;
  /** Where it was loaded from, if it was. */
  readonly from: string | undefined;
  constructor(code: string, message: string, options: { from?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.from = options.from;
  }
}

/** How a plugin works: `run` in the batch, `deliver` outside, `wait` for a time. */
export function kindOf(plugin: Plugin): 'run' | 'deliver' | 'wait' {
  return 'run' in plugin ? 'run' : 'deliver' in plugin ? 'deliver' : 'wait';
}

/** Throws a PluginError that names what is wrong, unless `value` has the shape of a plugin. */
export function assertPlugin(value: unknown, from?: string): asserts value is Plugin {
  const problem = problemOf(value);
  if (problem === undefined) return;
  const where = from === undefined ? '' : ` (from ${from})`;
  throw new PluginError('PLUGIN_SHAPE', `${problem}${where}. See definePlugin in @tributary/sdk.`, {
    ...(from === undefined ? {} : { from }),
  });
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'A plugin is an object made by definePlugin';
  const plugin = value as Record<string, unknown>;
  const { name, version, title, config, ports } = plugin;
  if (typeof name !== 'string' || !/^(@[a-z0-9-]+\/)?[a-z][a-z0-9-]*$/.test(name))
    return 'A plugin needs a `name` in lower case with dashes';
  if (typeof version !== 'string' || semver.valid(version) !== version)
    return `Plugin ${name} needs a \`version\` that is exact semver, such as 1.0.0`;
  if (typeof title !== 'string' || title === '') return `Plugin ${name}@${version} needs a \`title\``;
  if (typeof config !== 'object' || config === null)
    return `Plugin ${name}@${version} needs a \`config\`: the JSON Schema of a node's config`;
  const list = Array.isArray(ports) && ports.length > 0 && ports.every((port) => isPort(port));
  if (!list && typeof ports !== 'function')
    return `Plugin ${name}@${version} needs \`ports\`: names such as ['out'], or a function of the config`;
  if (plugin.check !== undefined && typeof plugin.check !== 'function')
    return `\`check\` of plugin ${name}@${version} must be a function`;
  return problemOfCode(plugin, `${name}@${version}`);
}

function problemOfCode(plugin: Record<string, unknown>, key: string): string | undefined {
  const kinds = ['run', 'deliver', 'wait'].filter((kind) => kind in plugin);
  if (kinds.length !== 1) return `Plugin ${key} needs exactly one of \`run\`, \`deliver\` and \`wait\``;
  if (typeof plugin[kinds[0] as string] !== 'function') return `\`${kinds[0]}\` of plugin ${key} must be a function`;
  if (kinds[0] === 'deliver' && typeof plugin.prepare !== 'function')
    return `Plugin ${key} has \`deliver\`, so it needs \`prepare\` as well: it says what to send`;
  return undefined;
}

/** Names of ports stand after the dot of an edge. */
export function isPort(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value) && value !== '__proto__';
}

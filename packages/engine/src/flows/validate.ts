import type { Json, Plugin } from '@tributary/sdk';
import { isPort, type PluginRegistry, splitSpecifier } from '../plugins/index.js';
import { createAjv, faultsOf } from '../plugins/schemas.js';
import { FlowError, type FlowFault, pointer } from './faults.js';
import type { FlowDefinition } from './flow.js';
import { checkGraph, type NodeFacts } from './graph.js';
import { plainCopy } from './plain.js';
import { FlowSchema } from './schema.js';

export type Validation = { ok: true; definition: FlowDefinition } | { ok: false; faults: FlowFault[] };

/**
 * Checks a flow and resolves its plugin ranges to exact versions. Never throws, whatever is given.
 *
 * @example
 * const checked = validateFlow(JSON.parse(text), registry);
 * if (!checked.ok) for (const { path, message } of checked.faults) report(path, message);
 */
export function validateFlow(given: unknown, registry: PluginRegistry): Validation {
  try {
    return validate(plainCopy(given), registry);
  } catch (error) {
    if (error instanceof FlowError && error.faults.length > 0) return { ok: false, faults: error.faults };
    const message = error instanceof Error ? error.message : 'The flow cannot be read.';
    return { ok: false, faults: [{ path: '', code: 'UNREADABLE', message }] };
  }
}

const shape = createAjv().compile(FlowSchema);

/** Faults of the form alone: what a draft must keep, too. */
export function checkShape(given: Json): FlowFault[] {
  return shape(given) ? [] : faultsOf(shape.errors);
}

function validate(given: Json, registry: PluginRegistry): Validation {
  const wrong = checkShape(given);
  if (wrong.length > 0) return { ok: false, faults: wrong };
  const definition = given as unknown as FlowDefinition;
  const faults: FlowFault[] = [];
  const facts = new Map<string, NodeFacts>();
  for (const [id, node] of Object.entries(definition.nodes)) {
    const at = `/nodes${pointer(id)}`;
    const plugin = resolvePlugin(node.plugin, at, registry, faults);
    if (plugin === undefined) continue;
    node.plugin = `${plugin.name}@${plugin.version}`;
    const checked = checkNode(plugin, node.config ?? {}, `${at}/config`, registry);
    faults.push(...checked.faults);
    facts.set(id, { ports: checked.ports, waits: 'wait' in plugin });
  }
  if (facts.size === 0 && faults.length === 0)
    faults.push({ path: '/nodes', code: 'EMPTY', message: 'The flow does nothing: add a node and an edge to it.' });
  faults.push(...checkGraph(definition, facts));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, definition };
}

function resolvePlugin(specifier: string, at: string, registry: PluginRegistry, faults: FlowFault[]) {
  const plugin = registry.resolve(specifier);
  if (plugin !== undefined) return plugin;
  const { name } = splitSpecifier(specifier);
  const versions = registry.versions(name);
  faults.push(
    versions.length === 0
      ? { path: `${at}/plugin`, code: 'UNKNOWN_PLUGIN', message: `There is no plugin ${name}: install and load it.` }
      : {
          path: `${at}/plugin`,
          code: 'UNKNOWN_VERSION',
          message: `No version of ${name} fits ${specifier}; there is ${versions.join(', ')}.`,
        },
  );
  return undefined;
}

/** The config with defaults, the ports that it gives, and all faults of it. */
export function checkNode(plugin: Plugin, config: Json, at: string, registry: PluginRegistry) {
  const checked = registry.checkConfig(plugin, config, at);
  if (checked.faults.length > 0) return { ...checked, ports: undefined };
  const faults: FlowFault[] = [];
  let ports: readonly string[] | undefined;
  try {
    for (const { path, message } of plugin.check?.(checked.config) ?? [])
      faults.push({ path: at + asPointer(path), code: 'CONFIG', message });
    ports = typeof plugin.ports === 'function' ? plugin.ports(checked.config) : plugin.ports;
    if (!Array.isArray(ports) || ports.length === 0 || !ports.every(isPort))
      faults.push({ path: at, code: 'PORTS', message: `${plugin.name} gives no usable ports for this config.` });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    faults.push({ path: at, code: 'CHECK_FAILED', message: `${plugin.name} could not check this config: ${text}` });
  }
  return { config: checked.config, faults, ports: faults.length > 0 ? undefined : ports };
}

/** Plugins may write `/cases/0` or `cases.0`. */
function asPointer(path: string): string {
  if (path === '' || path.startsWith('/')) return path;
  return path.split('.').map(pointer).join('');
}

import type { Json } from '@tributary/sdk';
import type { PluginRegistry } from '../plugins/index.js';
import { parseStart } from './edges.js';
import { createExpressions, parseCondition } from './expressions/index.js';
import { FlowError } from './faults.js';
import type { FlowVersion } from './flow.js';
import type { CompiledFlow, CompiledNode } from './types.js';
import { checkNode } from './validate.js';

type Building = CompiledNode & { next: Map<string, CompiledNode[]> };

/**
 * Makes a published version ready to run. Throws a FlowError `MISSING_PLUGIN` when this process
 * lacks one of its exact plugin versions (G8), `BAD_VERSION` when a stored version does not hold.
 */
export function compileFlow(version: FlowVersion, registry: PluginRegistry): CompiledFlow {
  const key = `${version.flow}@${version.version}`;
  const { definition } = version;
  const nodes = buildNodes(version, registry, key);
  const start: CompiledNode[] = [];
  for (const { from, to } of definition.edges) {
    const begin = parseStart(from);
    const target = nodes.get(to);
    const node = begin.node === undefined ? undefined : nodes.get(begin.node);
    if (target === undefined || (begin.node !== undefined && node === undefined))
      throw new FlowError('BAD_VERSION', `Flow ${key} has an edge from ${from} to ${to}, but not both nodes.`);
    if (node === undefined) start.push(target);
    else {
      const port = begin.port ?? node.ports[0] ?? '';
      node.next.set(port, [...(node.next.get(port) ?? []), target]);
    }
  }
  const { events, names, sources, when } = definition.trigger;
  return {
    id: version.flow,
    version: version.version,
    key,
    source: version,
    trigger: { events, names, sources, when: when === undefined ? undefined : parseCondition(when) },
    nodes,
    start,
    expressions: createExpressions(),
  };
}

function buildNodes(version: FlowVersion, registry: PluginRegistry, key: string): Map<string, Building> {
  const nodes = new Map<string, Building>();
  const missing = new Set<string>();
  for (const [id, node] of Object.entries(version.definition.nodes)) {
    const plugin = registry.get(node.plugin);
    if (plugin === undefined) {
      missing.add(node.plugin);
      continue;
    }
    const { config, ports, faults } = checkNode(plugin, node.config ?? {}, `/nodes/${id}/config`, registry);
    if (faults[0] !== undefined || ports === undefined)
      throw new FlowError('BAD_VERSION', `Flow ${key} does not fit its plugin ${node.plugin} at node ${id}.`, faults);
    nodes.set(id, { id, plugin, pluginKey: node.plugin, config: freeze(config), ports, next: new Map() });
  }
  if (missing.size > 0) {
    const names = [...missing].join(', ');
    throw new FlowError('MISSING_PLUGIN', `Flow ${key} needs ${names}, which this process lacks: install and load it.`);
  }
  return nodes;
}

/** A plugin that changes its config would change it for every later run. */
function freeze(value: Json): Json {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) freeze(item);
    Object.freeze(value);
  }
  return value;
}

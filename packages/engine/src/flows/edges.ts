import type { FlowDefinition } from './flow.js';

/** Where an edge starts: the trigger, or a port of a node (the plugin's first one when none is named). */
export interface EdgeStart {
  /** Undefined: the trigger. */
  node: string | undefined;
  port: string | undefined;
}

export const TRIGGER = 'trigger';

/** Reads `trigger`, `node` or `node.port`. */
export function parseStart(from: string): EdgeStart {
  if (from === TRIGGER) return { node: undefined, port: undefined };
  const dot = from.indexOf('.');
  return dot < 0 ? { node: from, port: undefined } : { node: from.slice(0, dot), port: from.slice(dot + 1) };
}

/** The next nodes of each node (`''` for the trigger), by own entries of `nodes` only. */
export function adjacency(definition: FlowDefinition): Map<string, { to: string; edge: number }[]> {
  const next = new Map<string, { to: string; edge: number }[]>();
  for (const [edge, { from, to }] of definition.edges.entries()) {
    const node = parseStart(from).node ?? '';
    if ((node !== '' && !Object.hasOwn(definition.nodes, node)) || !Object.hasOwn(definition.nodes, to)) continue;
    const list = next.get(node) ?? [];
    list.push({ to, edge });
    next.set(node, list);
  }
  return next;
}

import { adjacency, parseStart } from './edges.js';
import { type FlowFault, pointer } from './faults.js';
import type { FlowDefinition } from './flow.js';

/** What is known of a node when the graph is checked; a node with faults may know nothing. */
export interface NodeFacts {
  ports: readonly string[] | undefined;
  waits: boolean;
}

/** Faults of the edges and of the graph that they make. */
export function checkGraph(definition: FlowDefinition, facts: ReadonlyMap<string, NodeFacts>): FlowFault[] {
  return [...checkEdges(definition, facts), ...checkReach(definition), ...checkCycles(definition, facts)];
}

function checkEdges(definition: FlowDefinition, facts: ReadonlyMap<string, NodeFacts>): FlowFault[] {
  const faults: FlowFault[] = [];
  const seen = new Set<string>();
  for (const [i, { from, to }] of definition.edges.entries()) {
    const at = `/edges/${i}`;
    const { node, port } = parseStart(from);
    const known = node === undefined || Object.hasOwn(definition.nodes, node);
    if (!known)
      faults.push({ path: `${at}/from`, code: 'UNKNOWN_NODE', message: `There is no node ${JSON.stringify(node)}.` });
    if (!Object.hasOwn(definition.nodes, to))
      faults.push({ path: `${at}/to`, code: 'UNKNOWN_NODE', message: `There is no node ${JSON.stringify(to)}.` });
    const ports = node === undefined ? undefined : facts.get(node)?.ports;
    if (port !== undefined && ports !== undefined && !ports.includes(port))
      faults.push({
        path: `${at}/from`,
        code: 'UNKNOWN_PORT',
        message: `The node ${node} has no port ${JSON.stringify(port)}; its ports are ${ports.join(', ')}.`,
      });
    const edge = `${node ?? ''}.${port ?? ports?.[0] ?? ''}>${to}`;
    if (seen.has(edge))
      faults.push({ path: at, code: 'EDGE_TWICE', message: `The edge from ${from} to ${to} is there already.` });
    seen.add(edge);
  }
  return faults;
}

function checkReach(definition: FlowDefinition): FlowFault[] {
  const next = adjacency(definition);
  const reached = new Set<string>();
  const open = [''];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const { to } of next.get(node) ?? [])
      if (!reached.has(to)) {
        reached.add(to);
        open.push(to);
      }
  return Object.keys(definition.nodes)
    .filter((node) => !reached.has(node))
    .map((node) => ({
      path: `/nodes${pointer(node)}`,
      code: 'UNREACHABLE',
      message: `No path leads from the trigger to ${node}: add an edge to it, or remove it.`,
    }));
}

/** Depth first without recursion; a wait on the way makes a cycle harmless. */
function checkCycles(definition: FlowDefinition, facts: ReadonlyMap<string, NodeFacts>): FlowFault[] {
  const faults: FlowFault[] = [];
  const next = adjacency(definition);
  const state = new Map<string, 'open' | 'done'>();
  const passes = (node: string): boolean => facts.get(node)?.waits !== true;
  for (const root of Object.keys(definition.nodes)) {
    if (state.has(root) || !passes(root)) continue;
    state.set(root, 'open');
    const stack = [{ node: root, i: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const step = next.get(top.node)?.[top.i++];
      if (step === undefined) {
        state.set(top.node, 'done');
        stack.pop();
      } else if (state.get(step.to) === 'open') {
        const message = 'This edge closes a cycle without a wait: the run would never end. Put a wait into it.';
        faults.push({ path: `/edges/${step.edge}`, code: 'CYCLE', message });
      } else if (!state.has(step.to) && passes(step.to)) {
        state.set(step.to, 'open');
        stack.push({ node: step.to, i: 0 });
      }
    }
  }
  return faults;
}

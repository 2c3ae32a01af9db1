import type { Json, Outcome } from '@tributary/sdk';
import { FlowError } from '../faults.js';
import { plainCopy } from '../plain.js';
import type { OutboxDelivery, OutboxEmit } from '../run.js';
import type { CompiledFlow, CompiledNode, PassageInput } from '../types.js';
import { makeContext } from './context.js';
import { makeEmit } from './emit.js';

const MAX_PAYLOAD = 262_144;
const MAX_EMITS = 100;

/** How a visit of a node ended. What it emitted before it failed is kept, as its changes of the draft are. */
export type Left = { emits: OutboxEmit[] } & (
  | { kind: 'left'; port: string; output: Json }
  | { kind: 'open'; entry: Omit<OutboxDelivery, 'run'> }
  | { kind: 'failed'; error: string }
);

/** Runs one node; what the plugin throws is its failure, never the batch's (G6). */
export function visitNode(
  flow: CompiledFlow,
  node: CompiledNode,
  input: PassageInput,
  nodeInput: Json,
  key: string,
  resumed: boolean,
): Left {
  input.enter?.(node.id);
  const emits: OutboxEmit[] = [];
  const context = makeContext(input, nodeInput, flow.expressions, (event) => {
    if (emits.length >= MAX_EMITS) throw new FlowError('EMIT_COUNT', `A node emits at most ${MAX_EMITS} events.`);
    emits.push(makeEmit(event, `${key}:e${emits.length + 1}`, input, resumed));
  });
  const common = { key, partition: input.partition, batch: input.batch, createdAt: input.now, config: node.config };
  try {
    const { plugin } = node;
    if ('run' in plugin) return { emits, kind: 'left', ...leave(node, plugin.run(context, node.config), nodeInput) };
    if ('wait' in plugin) {
      const until = Date.parse(plugin.wait(context, node.config).until);
      if (Number.isNaN(until)) throw new FlowError('WAIT_TIME', `${node.pluginKey} gave no time to wait until.`);
      if (until <= Date.parse(input.now))
        return { emits, kind: 'left', ...leave(node, node.ports[0] ?? '', nodeInput) };
      const dueAt = new Date(until).toISOString();
      return { emits, kind: 'open', entry: { ...common, kind: 'wait', destination: 'wait', dueAt, payload: null } };
    }
    const { destination, payload } = plugin.prepare(context, node.config);
    if (typeof destination !== 'string' || destination === '')
      throw new FlowError('DESTINATION', `${node.pluginKey} named no destination.`);
    const copy = plainCopy(payload);
    if (Buffer.byteLength(JSON.stringify(copy)) > MAX_PAYLOAD)
      throw new FlowError('PAYLOAD_SIZE', `A delivery carries at most ${MAX_PAYLOAD} bytes.`);
    const { purpose } = flow.source.definition;
    const entry = {
      ...common,
      ...(purpose !== undefined && { purpose }),
      kind: 'delivery' as const,
      destination,
      dueAt: input.now,
      payload: copy,
    };
    return { emits, kind: 'open', entry };
  } catch (error) {
    return { emits, kind: 'failed', error: sentence(error) };
  }
}

/** The port and the output of an outcome; a node without an output hands its input on. */
function leave(node: CompiledNode, outcome: Outcome, nodeInput: Json): { port: string; output: Json } {
  const given = typeof outcome === 'string' ? outcome : (outcome as { port?: unknown } | null | undefined)?.port;
  const port = portOf(node, given);
  const output = typeof outcome === 'string' ? undefined : outcome.output;
  return { port, output: output === undefined ? nodeInput : plainCopy(output) };
}

/** The port, if the node has it. */
export function portOf(node: CompiledNode, port: unknown): string {
  if (typeof port === 'string' && node.ports.includes(port)) return port;
  const given = typeof port === 'string' ? JSON.stringify(port) : 'no port';
  throw new FlowError('PORT', `${node.pluginKey} went on at ${given}; its ports are ${node.ports.join(', ')}.`);
}

/** Whatever was thrown, as a text. */
export function sentence(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'An error that cannot be shown.';
  }
}

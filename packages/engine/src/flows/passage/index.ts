import type { Json } from '@tributary/sdk';
import type { Continuation } from '../run.js';
import type { CompiledFlow, CompiledNode, FlowRunResult, PassageInput, ResumeAnswer } from '../types.js';
import { scopeOf } from './context.js';
import { type Beginning, Passage, type Standing } from './passage.js';
import { portOf, sentence } from './visit.js';

/**
 * Runs a flow on an event, up to the first delivery or wait of each branch. `null` when the
 * trigger's condition does not hold. Never throws for what a flow or a plugin does (G6).
 */
export function runFlow(flow: CompiledFlow, input: PassageInput): FlowRunResult | null {
  const run = `${input.event.source}:${input.event.messageId}:${flow.key}`;
  const begin: Beginning = { run, branch: undefined, visits: new Map(), steps: [], resumed: false };
  const passage = new Passage(flow, input, begin);
  try {
    if (flow.trigger.when !== undefined && !flow.trigger.when(scopeOf(input, null))) return null;
  } catch (error) {
    passage.note('trigger', '', { error: sentence(error) });
    return passage.finish();
  }
  passage.walk(flow.start, null);
  return passage.finish();
}

/** Goes on where a delivery or a wait left a run open, with what came of it. */
export function resumeFlow(
  flow: CompiledFlow,
  continuation: Continuation,
  answer: ResumeAnswer,
  input: Omit<PassageInput, 'event'>,
): FlowRunResult {
  const passage = new Passage(flow, { ...input, event: continuation.event }, beginningOf(continuation));
  const left = leave(passage, flow, continuation, answer);
  if (left) passage.walk(left.next, left.output);
  return passage.finish();
}

/** The end of a run that was left open at its last node: no node follows, so no profile is asked for. */
export function closeRun(flow: CompiledFlow, continuation: Continuation, answer: ResumeAnswer, now: string) {
  const passage = new Passage(flow, { event: continuation.event, now }, beginningOf(continuation));
  leave(passage, flow, continuation, answer);
  return passage.finish();
}

function beginningOf({ run, branch, visits, steps }: Continuation): Beginning {
  return { run, branch, visits: new Map(Object.entries(visits)), steps, resumed: true };
}

/** Leaves the open node: the nodes that come next, and what they are given; nothing where the run ends in a fault. */
function leave(
  passage: Passage<Standing>,
  flow: CompiledFlow,
  continuation: Continuation,
  answer: ResumeAnswer,
): { next: readonly CompiledNode[]; output: Json } | undefined {
  const node = flow.nodes.get(continuation.node);
  if (node === undefined) {
    passage.note(continuation.node, continuation.plugin, { error: `Flow ${flow.key} has no such node.` });
    return undefined;
  }
  const failedPort = 'deliver' in node.plugin ? node.plugin.failedPort : undefined;
  if (answer.error !== undefined && (failedPort === undefined || !node.ports.includes(failedPort))) {
    passage.note(node.id, node.pluginKey, { error: answer.error });
    return undefined;
  }
  try {
    const port = portOf(node, answer.error === undefined ? (answer.port ?? node.ports[0]) : failedPort);
    const given = answer.output ?? (answer.error === undefined ? continuation.input : { error: answer.error });
    passage.note(node.id, node.pluginKey, { port, ...(answer.error === undefined ? {} : { error: answer.error }) });
    return { next: node.next.get(port) ?? [], output: given ?? null };
  } catch (error) {
    passage.note(node.id, node.pluginKey, { error: sentence(error) });
    return undefined;
  }
}

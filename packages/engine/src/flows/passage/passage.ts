import { createHash } from 'node:crypto';
import type { Json } from '@tributary/sdk';
import type { Continuation, OutboxEntry, Step } from '../run.js';
import type { CompiledFlow, CompiledNode, FlowRunResult, PassageInput } from '../types.js';
import { type Left, visitNode } from './visit.js';

const MAX_VISITS = 1_000;
const KEPT_STEPS = 200;

/** Where a passage begins: at the trigger, or where a continuation stands. */
export interface Beginning {
  run: string;
  branch: string | undefined;
  visits: ReadonlyMap<string, number>;
  steps: readonly Step[];
  resumed: boolean;
}

/** What a passage needs that visits no node. */
export type Standing = Pick<PassageInput, 'event' | 'now'>;

/** One passage of a run through its flow, until every branch has ended or is left open. */
export class Passage<Input extends Standing = PassageInput> {
  readonly #flow: CompiledFlow;
  readonly #input: Input;
  readonly #begin: Beginning;
  readonly #visits: Map<string, number>;
  readonly #steps: Step[];
  readonly #outbox: OutboxEntry[] = [];
  readonly #open: { entry: Extract<OutboxEntry, { run: Continuation }>; visit: string }[] = [];
  readonly #counts: { [key: string]: number } = {};

  constructor(flow: CompiledFlow, input: Input, begin: Beginning) {
    this.#flow = flow;
    this.#input = input;
    this.#begin = begin;
    this.#visits = new Map(begin.visits);
    this.#steps = [...begin.steps];
  }

  /** Notes that a node was left, or failed there. */
  note(node: string, plugin: string, left: { port?: string; error?: string }): void {
    const error = left.error?.slice(0, 1_000);
    this.#steps.push({
      node,
      plugin,
      ...(left.port === undefined ? {} : { port: left.port }),
      ...(error === undefined ? {} : { error }),
      at: this.#input.now,
    });
    const key = `${this.#flow.key}/${node}/${left.port ?? 'error'}`;
    this.#counts[key] = (this.#counts[key] ?? 0) + 1;
  }

  /** Goes on depth first, in the order of the edges. */
  walk(this: Passage, nodes: readonly CompiledNode[], input: Json): void {
    const stack = reversed(nodes).map((node) => ({ node, input }));
    let visits = 0;
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node } = top;
      if (++visits > MAX_VISITS) {
        const error = `The run visits more than ${MAX_VISITS} nodes at once: look for branches that meet again and again.`;
        this.note(node.id, node.pluginKey, { error });
        return;
      }
      const left = this.#visit(node, top.input);
      if (left.kind === 'failed') this.note(node.id, node.pluginKey, { error: left.error });
      if (left.kind !== 'left') continue;
      this.note(node.id, node.pluginKey, { port: left.port });
      for (const next of reversed(node.next.get(left.port) ?? [])) stack.push({ node: next, input: left.output });
    }
  }

  #visit(this: Passage, node: CompiledNode, input: Json): Left {
    const count = (this.#visits.get(node.id) ?? 0) + 1;
    this.#visits.set(node.id, count);
    const visit = this.#begin.branch === undefined ? String(count) : `${this.#begin.branch}.${count}`;
    const { event } = this.#input;
    const key = `${event.source}:${event.messageId}:${this.#flow.key}:${node.id}:${visit}`;
    const left = visitNode(this.#flow, node, this.#input, input, key, this.#begin.resumed);
    for (const entry of left.emits) this.#outbox.push(entry);
    if (left.kind === 'open') {
      const { entry } = left;
      const run = this.#continuation(node, input);
      const full = { ...entry, run };
      this.#outbox.push(full);
      this.#open.push({ entry: full, visit: `${node.id}.${visit}` });
    }
    return left;
  }

  #continuation(node: CompiledNode, input: Json): Continuation {
    return {
      run: this.#begin.run,
      ...(this.#begin.branch === undefined ? {} : { branch: this.#begin.branch }),
      flow: this.#flow.id,
      version: this.#flow.version,
      node: node.id,
      plugin: node.pluginKey,
      event: this.#input.event,
      visits: {},
      ...([...node.next.values()].every((next) => next.length === 0) && { last: true }),
      ...(input === null ? {} : { input }),
      steps: [],
    };
  }

  /**
   * Closes the passage. Only now are all visits known: each continuation gets them. Those after the
   * first get a branch of their own, or the keys of two branches that meet later would be the same.
   */
  finish(): FlowRunResult {
    const steps = this.#steps.slice(-KEPT_STEPS);
    for (const [i, { entry, visit }] of this.#open.entries()) {
      entry.run.visits = Object.fromEntries(this.#visits);
      entry.run.steps = steps;
      if (i === 0) continue;
      const base =
        this.#begin.branch === undefined ? this.#begin.run : this.#begin.run.slice(0, -this.#begin.branch.length - 1);
      const branch = createHash('sha256')
        .update(`${entry.run.branch ?? ''}/${visit}`)
        .digest('hex')
        .slice(0, 16);
      entry.run.branch = branch;
      entry.run.run = `${base}#${branch}`;
    }
    const failed = steps.some((step) => step.error !== undefined && step.port === undefined);
    const status = failed ? 'failed' : this.#open.length > 0 ? 'waiting' : 'done';
    return {
      run: this.#begin.run,
      flow: this.#flow.id,
      version: this.#flow.version,
      steps,
      outbox: this.#outbox,
      status,
      notable: this.#begin.resumed || status !== 'done' || this.#outbox.length > 0,
      nodeCounts: this.#counts,
    };
  }
}

function reversed<T>(list: readonly T[]): T[] {
  return [...list].reverse();
}

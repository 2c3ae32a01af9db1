import type { Event } from '@tributary/sdk';
import type { Batch, Resume } from '../events/batch.js';
import type { FlowRunResult, MissingFlow } from '../flows/index.js';
import type { Continuation, OutboxDelivery } from '../flows/run.js';

/** How long a parked run waits, in milliseconds, before a worker looks again whether it can go on. */
const RETRY = 30_000;
/** The node of a run that could not even begin. */
const START = '';

export interface Parked {
  entry: OutboxDelivery;
  result: Omit<FlowRunResult, 'status'>;
}

/** True for a run that was parked before its first node. */
export function parkedStep(run: Continuation): boolean {
  return run.node === START;
}

/** A live flow that this worker lacks a plugin of: the run waits, and says why (G8). */
export function parkedStart(flow: MissingFlow, event: Event, batch: Batch): Parked {
  const id = `${event.source}:${event.messageId}:${flow.flow}@${flow.version}`;
  const run: Continuation = {
    run: id,
    flow: flow.flow,
    version: flow.version,
    node: START,
    plugin: START,
    event,
    visits: {},
    steps: [],
  };
  return park(run, `${id}:parked:1`, { output: null }, flow.reason, batch);
}

/** A run that should go on, on a worker that lacks its version or a plugin of it. */
export function parkedResume(flow: MissingFlow | undefined, resume: Resume, batch: Batch): Parked {
  const reason = flow?.reason ?? `Version ${resume.run.version} of flow ${resume.run.flow} is not stored.`;
  const [, base, n] = /^(.*):parked:(\d+)$/s.exec(resume.delivery) ?? [];
  const key = `${base ?? resume.delivery}:parked:${n ? Number(n) + 1 : 1}`;
  const answer = {
    ...(resume.port !== undefined && { port: resume.port }),
    output: resume.output,
    ...(resume.error !== undefined && { error: resume.error }),
  };
  return park(resume.run, key, answer, reason, batch);
}

function park(
  run: Continuation,
  key: string,
  answer: NonNullable<OutboxDelivery['parked']>,
  reason: string,
  batch: Batch,
): Parked {
  const at = new Date().toISOString();
  return {
    entry: {
      kind: 'wait',
      key,
      partition: batch.partition,
      batch: batch.id,
      createdAt: at,
      destination: 'wait',
      dueAt: new Date(Date.now() + RETRY).toISOString(),
      payload: null,
      config: null,
      run,
      parked: answer,
    },
    result: {
      run: run.run,
      flow: run.flow,
      version: run.version,
      steps: [...run.steps, { node: run.node, plugin: run.plugin, error: reason, at }],
      outbox: [],
      notable: true,
      nodeCounts: {},
    },
  };
}

import type { Event, Json } from '@tributary/sdk';
import type { OfBatch } from '../profiles/profile.js';

/** Where a run stands: enough to go on in another process, another day (G8). */
export interface Continuation {
  /** `source:messageId:flow@version`; a branch that goes on by itself adds `#branch`. */
  run: string;
  /** Keeps the keys of branches apart that go on independently; absent for the first. */
  branch?: string;
  flow: string;
  version: number;
  /** The node that was left open. */
  node: string;
  /** Exact `name@version` of that node's plugin. */
  plugin: string;
  event: Event;
  /** Visits of each node so far (a loop with a wait visits again). */
  visits: { [node: string]: number };
  /** No node comes after it. */
  last?: true;
  /** The open node's own input, handed on when it gives no output. */
  input?: Json;
  steps: Step[];
}

export interface Step {
  node: string;
  plugin: string;
  port?: string;
  error?: string;
  at: string;
}

/** A stored run: kept when it has an effect, a wait or an error, and else as a sample. */
export interface Run {
  v: 1;
  id: string;
  flow: string;
  version: number;
  source: string;
  profile: string;
  event: { id: string; messageId: string; type: string; name?: string };
  status: 'done' | 'waiting' | 'failed' | 'parked';
  steps: Step[];
  startedAt: string;
  updatedAt: string;
}

/** Something to hand over after the commit; its `key` is its idempotency key (G5). */
export type OutboxEntry = OutboxDelivery | OutboxEmit;

interface OutboxCommon extends OfBatch {
  key: string;
  createdAt: string;
  /** W3C `traceparent` of the batch, while traces are on. */
  trace?: string;
}

export interface OutboxDelivery extends OutboxCommon {
  kind: 'delivery' | 'wait';
  destination: string;
  /** ISO 8601: not before. */
  dueAt: string;
  payload: Json;
  config: Json;
  /** What it is for: asked at each attempt whether the person has consented. */
  purpose?: string;
  run: Continuation;
  /** A run that this process could not go on with (G8): the answer that it had, kept until another try. */
  parked?: { port?: string; output: Json; error?: string };
}

export interface OutboxEmit extends OutboxCommon {
  kind: 'emit';
  event: Event;
}

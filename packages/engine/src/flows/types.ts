import type { Event, Json, Plugin, ProfileDraft, SessionView } from '@tributary/sdk';
import type { Condition, Expressions } from './expressions/index.js';
import type { FlowVersion } from './flow.js';
import type { OutboxEntry, Step } from './run.js';

/** A flow version made ready to run: looked up once, not for each event. */
export interface CompiledFlow {
  readonly id: string;
  readonly version: number;
  /** `id@version`. */
  readonly key: string;
  readonly source: FlowVersion;
  readonly trigger: {
    readonly events: readonly string[];
    readonly names: readonly string[] | undefined;
    readonly sources: readonly string[] | undefined;
    readonly when: Condition | undefined;
  };
  readonly nodes: ReadonlyMap<string, CompiledNode>;
  /** The nodes after the trigger, in the order of the edges. */
  readonly start: readonly CompiledNode[];
  /** Conditions and templates of this flow, parsed once. */
  readonly expressions: Expressions;
}

export interface CompiledNode {
  readonly id: string;
  readonly plugin: Plugin;
  /** Exact `name@version`. */
  readonly pluginKey: string;
  /** Valid, with the schema's defaults filled in. */
  readonly config: Json;
  readonly ports: readonly string[];
  /** Next nodes by port, in the order of the edges. */
  readonly next: ReadonlyMap<string, readonly CompiledNode[]>;
}

/** A live version that this process cannot run (G8). */
export interface MissingFlow {
  readonly flow: string;
  readonly version: number;
  readonly source: FlowVersion;
  /** One sentence: what is missing and what to do. */
  readonly reason: string;
}

/** What a passage works on: given by the pipeline, once for each flow and event. */
export interface PassageInput {
  event: Event;
  profile: ProfileDraft;
  session: SessionView | undefined;
  /** ISO 8601; the same when the batch is repeated. */
  now: string;
  partition: number;
  batch: string;
  /** Told before each visit of a node, so that changes of the draft can carry it as their origin. */
  enter?(node: string): void;
}

/** What came back for an open delivery or a wait; `null` or no output hands the node's own input on. */
export interface ResumeAnswer {
  /** Port by which the node is left; without it and without an error, the first port. */
  port?: string;
  output?: Json;
  /** The delivery was given up: the run takes the plugin's `failedPort`, or ends here. */
  error?: string;
}

export type RunStatus = 'done' | 'waiting' | 'failed';

export interface FlowRunResult {
  /** Id of the stored run: `source:messageId:flow@version`, with `#branch` for a branch that goes on by itself. */
  run: string;
  flow: string;
  version: number;
  /** All steps of the run so far, earlier passages included (the last 200). */
  steps: Step[];
  outbox: OutboxEntry[];
  status: RunStatus;
  /** True when the run left an effect, a wait or an error: it is to be stored. */
  notable: boolean;
  /** Passages to count: `flow@version/node/port`, port `error` for a fault. */
  nodeCounts: { [key: string]: number };
}

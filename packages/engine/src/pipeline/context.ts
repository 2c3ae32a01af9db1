import type { CompiledFlow, LiveFlows, MissingFlow } from '../flows/index.js';
import type { IdentityRules } from '../identity/rules.js';
import type { Commit, Store } from '../storage/port.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { Gathering } from './gathering.js';
import type { Turns } from './turns.js';

/** What the pipeline works with: given once, by createEngine. */
export interface PipelineContext {
  store: Store;
  rules: IdentityRules;
  flows: {
    /** The live versions as of a second or two ago. */
    live(): LiveFlows;
    version(flow: string, version: number): Promise<CompiledFlow | MissingFlow | undefined>;
  };
  /** Reserves rows of a commit that is about to be written, for this process to deliver at once. */
  reserve?(outbox: Commit['outbox']): Reservation | undefined;
  /** Called after a commit that handed something over, so that deliveries need not wait for their clock. */
  onHandOver(): void;
  onConflict(profiles: number): void;
  /** Batches of a partition that are not joined with others. */
  alone: Map<number, number>;
  /** Brings batches together that this process has in its hands. */
  gathering: Gathering;
  /** Who works at a time: batches side by side, or one suspected event. */
  turns: Turns;
  telemetry?: Telemetry;
}

/** Rows of a commit that its writer will work on. */
export interface Reservation {
  /** What is written with the rows. */
  readonly leased: NonNullable<Commit['leased']>;
  /** The commit is written: these of its rows are new, and ours. */
  confirm(keys: readonly string[]): void;
  /** It is not, or nobody knows. Rows that were written all the same are due when their lease has passed. */
  release(): void;
}

import type { Json } from '@tributary/sdk';
import type { OutboxEntry } from '../flows/run.js';

/** Where a value came from. */
export interface Origin {
  event: string;
  source: string;
  flow?: string;
  version?: number;
  node?: string;
}

export interface Trait {
  value: Json;
  /** Time of the event that set it: an older event does not overwrite it (G9). */
  at: string;
  by: Origin;
  /** True when it was removed: kept so that a late event does not bring it back. */
  gone?: true;
  /** True when it was added up: the sums of two merged profiles are added. */
  added?: true;
}

export interface ProfileIdentifier {
  type: string;
  value: string;
  at: string;
  by: Origin;
}

/** Additive: merged by adding the buckets, undone by subtracting them. */
export interface EventCount {
  /** Count by UTC day `YYYY-MM-DD`. */
  days: { [day: string]: number };
  first: string;
  last: string;
}

export interface Session {
  id: string;
  startedAt: string;
  lastAt: string;
  events: number;
}

/** Whose a mark or an entry of the outbox is: it leaves with a write by a later batch of its partition. */
export interface OfBatch {
  partition: number;
  batch: string;
  /**
   * The last characters of the ids of batches that come before it in its partition and were written with it: when they are
   * repeated, it is later than they are. Two that end alike only keep it for longer.
   */
  after?: readonly string[];
}

/** Says that a message's effect is in this state. */
export interface Mark extends OfBatch {
  /** `source:messageId`, or the key of an internal item. */
  message: string;
  /** The profile that took the event, and its place there: after a merge it is another one's mark. */
  profile: string;
  sequence: number;
  session?: string;
  /** Passages of nodes that were computed with the commit of which this is the profile's last mark. */
  nodes?: Passages;
}

/** How often flow nodes were left, by `flow@version/node/port`. */
export interface Passages {
  [node: string]: number;
}

/** The freeze of a loser: this write is the decision to merge. Enough for anybody to complete it. */
export interface MergeDecision {
  survivor: string;
  ledger: string;
  at: string;
  by: { event: string; source: string; rule: string };
  /** Identifiers that named the loser then. */
  identifiers: string[];
  /** Said by a sender or a rule for known users: two of them may become one. */
  force?: true;
}

export interface Absorbed {
  id: string;
  ledger: string;
  /** The survivor's version when it absorbed. */
  version: number;
}

/**
 * One person: the unit of the commit. Records are objects without a prototype, so that any key
 * is just a key. Ids are UUIDv7; the survivor of a merge is the one with the smaller id.
 */
export interface Profile {
  v: 1;
  id: string;
  /** 0 when it is not stored yet; every write raises it by 1 and is conditional on it (G4). */
  version: number;
  createdAt: string;
  updatedAt: string;
  identifiers: ProfileIdentifier[];
  traits: { [key: string]: Trait };
  segments: { [name: string]: { at: string; by: Origin; member: boolean } };
  consents: { [purpose: string]: { granted: boolean; at: string } };
  firstSeen: string;
  lastSeen: string;
  /** Count of `track` events by name, and of the other calls by type. */
  events: { [name: string]: EventCount };
  /** Latest sessions by device (anonymousId), newest last. */
  devices: { [anonymousId: string]: Session[] };
  sessions: { days: { [day: string]: number } };
  /** Sequence of the last event that this profile took. */
  sequence: number;
  marks: Mark[];
  outbox: OutboxEntry[];
  /** Frozen: everything goes to the survivor. */
  into?: MergeDecision;
  absorbed: Absorbed[];
}

import type { Event } from '@tributary/sdk';
import type { Rejected } from '../events/batch.js';
import type { OutboxEntry, Run } from '../flows/run.js';
import type { Passages, Profile } from '../profiles/profile.js';

/** Steps 2 to 6 of the commit (design, "The commit"). */
export interface CommitStore {
  /** Step 2. Inserts the claims that are free; answers for each, in order, whose it is now. */
  claimMessages(claims: MessageClaim[]): Promise<ClaimAnswer[]>;
  /** Of these identifiers (`type:value`), the ones that exist. */
  findIdentifiers(ids: string[]): Promise<Map<string, IdentifierDoc>>;
  /** Step 3. Inserts those that are free; never changes one. */
  claimIdentifiers(docs: IdentifierDoc[]): Promise<void>;
  /** Compare-and-set: replaces the document if its `rev` is still `doc.rev - 1`. */
  updateIdentifier(doc: IdentifierDoc): Promise<boolean>;
  /** All identifiers that name this profile. */
  identifiersOf(profile: string): Promise<IdentifierDoc[]>;
  /** Step 4. The ones that are stored, frozen ones included. */
  loadProfiles(ids: string[]): Promise<Map<string, Profile>>;
  /** Compare-and-set of one profile outside a batch's commit (freeze, absorb): `profile.version` is the new version; true when the stored one was exactly one less (0 = not stored). */
  replaceProfile(profile: Profile): Promise<boolean>;
  /** Inserts or replaces a ledger entry. */
  putLedger(entry: LedgerEntry): Promise<void>;
  /** Steps 5 and 6. */
  commit(commit: Commit): Promise<CommitResult>;
  /** What a commit begins with, in one call. The state of each profile is no older than its identifiers'. */
  look(ask: Look): Promise<Looked>;
  /** Whether a commit can be written as a whole or not at all (`Commit.whole`). */
  readonly writesWhole: boolean;
  /** True when one of these batches left its receipt. */
  hasReceipt(...batches: readonly BatchName[]): Promise<boolean>;
}

/** What a batch is found by. */
export interface BatchName {
  id: string;
  partition: number;
}

export interface MessageClaim {
  /** `source:messageId`, or the key of an internal item. */
  id: string;
  batch: string;
  /** A replay takes over a claim in this state from this holder, by compare-and-set. */
  takeOver?: { state: 'quarantined' | 'dead' };
}

export interface Look {
  batches: readonly BatchName[];
  /** Ids of claims. */
  claims: readonly string[];
  /** `type:value`. */
  identifiers: readonly string[];
  /** Ids of profiles, beside those that the identifiers name. */
  profiles: readonly string[];
}

/** Of what was asked for, what is stored. */
export interface Looked {
  /** Whether one of the batches left its receipt. */
  isDone: boolean;
  claims: Map<string, ClaimAnswer>;
  identifiers: Map<string, IdentifierDoc>;
  profiles: Map<string, Profile>;
}

export interface ClaimAnswer {
  id: string;
  batch: string;
  state?: 'quarantined' | 'dead';
}

/** The collection of identifiers decides who has one; a profile's own list is a copy. */
export interface IdentifierDoc {
  /** `type:value`. */
  id: string;
  profile: string;
  rev: number;
  /** Given to its profile by a rule that joins known users (an alias): no other worker's merge takes that back. */
  stated?: true;
  /** A device that changed hands: within `batch`, items before the first step are `base`'s, later ones the last step's before them. */
  moves?: { batch: string; base: string; steps: { index: number; profile: string }[] };
}

export interface LedgerEntry {
  v: 1;
  id: string;
  loser: string;
  survivor: string;
  at: string;
  by: { event: string; source: string; rule: string };
  /** The loser as it was frozen. */
  frozen: Profile;
  /** Identifiers that named the loser when it was frozen. */
  identifiers: string[];
}

export interface Commit {
  batch: string;
  partition: number;
  /**
   * New states: `version` is the new version, conditional on the stored one being one less
   * (0 = insert). `marks` and `outbox` are in them. PostgreSQL may keep the outbox out of the
   * stored document, since it inserts the rows in the same transaction.
   */
  profiles: Profile[];
  /** Insert if absent by `event.id`. Those of a profile in conflict are left out. */
  events: StoredEvent[];
  /** Entries to hand over; insert if absent by `key`. `profile` in conflict: left out. */
  outbox: { profile: string; entry: OutboxEntry }[];
  runs: { profile: string; run: Run }[];
  quarantine: Rejected[];
  deadLetters: DeadEvent[];
  /**
   * Of the batches that end with this commit. Written only when no profile was in conflict, once for each batch id. Absent
   * for all but the last part of a batch.
   */
  receipts?: readonly Receipt[];
  /**
   * When one profile is in conflict, one batch has its receipt or one of `claims` is taken, nothing is written at all: the
   * commit is `undone`. Only for a store that `writesWhole`.
   */
  whole?: true;
  /**
   * Rows of `outbox` that are written under a lease of the writer, who works on them at once: their documents, by their
   * keys.
   */
  leased?: { lease: string; until: number; docs: ReadonlyMap<string, string> };
  /** Step 2 with the rest, where it is written as a whole. */
  claims?: (Pick<MessageClaim, 'id' | 'batch'> & Pick<ClaimAnswer, 'state'>)[];
}

export interface CommitResult {
  /** Profiles whose version had moved: nothing of them was written. */
  conflicts: string[];
  /** A commit that was to be written as a whole was not written. */
  undone?: true;
  /** Keys of the rows that are new and under the lease of `leased`. */
  leased?: string[];
}

export interface StoredEvent {
  profile: string;
  sequence: number;
  session?: string;
  emitted?: true;
  event: Event;
}

/** An event that was given up, with its reason. */
export interface DeadEvent {
  id: string;
  event: Event;
  reason: string;
  at: string;
  batch: string;
}

export interface Receipt {
  batch: string;
  partition: number;
  producer: string;
  /** The producer's running count with this batch. */
  accepted: number;
  counts: Counts;
  /** Passages of all items of the batch: what an earlier attempt computed is found in the marks. */
  nodes: Passages;
}

/** Numbers of events; a replay moves one from `quarantined` or `deadLettered` to `applied`. */
export interface Counts {
  applied: number;
  duplicate: number;
  quarantined: number;
  deadLettered: number;
  emitted: number;
}

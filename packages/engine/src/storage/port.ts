import type { Json } from '@tributary/sdk';
import type { Rejected } from '../events/batch.js';
import type { Run } from '../flows/run.js';
import type { Passages, Profile } from '../profiles/profile.js';
import type { BatchName, CommitStore, Counts, DeadEvent, LedgerEntry, StoredEvent } from './commit-port.js';
import type { DeliveryStore } from './delivery-port.js';

export type * from './commit-port.js';
export type * from './delivery-port.js';

/**
 * The storage port: what the domain needs of a database. Every driver passes `contract.ts`.
 * Each call is atomic for each single document or row that it names, and can be repeated after a
 * crash at any line. Drivers throw StoreUnavailable when the database cannot be reached or has
 * lost the connection; the callers wait and repeat.
 *
 * Documents are stored as JSON text beside the few columns that queries need, so every JSON value
 * (keys with `$`, `.`, NUL, lone surrogates) reads back equal on every database.
 */
export interface Store extends CommitStore, ReadStore, DeliveryStore, RecordStore {
  readonly name: string;
  /** Creates what is missing (tables, indexes, the months of events). Can be repeated. */
  open(): Promise<void>;
  /** Writes and reads a heartbeat of `role`; fails when the store does not take writes. */
  check(): Promise<void>;
  /** Drops claims, receipts and months of events older than their windows. Idempotent. */
  clean(options: { now: number; claimsBefore: number; eventsBefore?: number }): Promise<void>;
  close(): Promise<void>;
}

export interface ReadStore {
  profileEvents(profiles: string[], page: PageQuery): Promise<Page<StoredEvent>>;
  listProfiles(page: PageQuery & { segment?: string }): Promise<Page<Profile>>;
  ledgerOf(survivor: string): Promise<LedgerEntry[]>;
  listRuns(query: PageQuery & { flow?: string; profile?: string; status?: string }): Promise<Page<Run>>;
  listQuarantine(query: PageQuery & { source?: string }): Promise<Page<Rejected>>;
  getQuarantine(id: string): Promise<Rejected | undefined>;
  listDeadLetters(query: PageQuery): Promise<Page<DeadEvent>>;
  getDeadLetter(id: string): Promise<DeadEvent | undefined>;
  /** Removes a row that was replayed. */
  removeRejected(list: 'quarantine' | 'dead-letters', id: string): Promise<void>;
  /** The sums of all receipts (G7), and which of these batches are in them. */
  accounting(batches?: readonly BatchName[]): Promise<StoredAccounting>;
}

export interface StoredAccounting {
  counts: Counts;
  /** The highest running count for each producer and partition: `producer/partition`. */
  accepted: { [producerAndPartition: string]: number };
  nodes: Passages;
  /** Of the batches that were asked for, those that the sums contain. */
  counted: ReadonlySet<string>;
}

export interface PageQuery {
  limit: number;
  /** Opaque; from the page before. A wrong one throws BadCursor. */
  cursor?: string;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Small records of the deployment (sources, flows, versions, segments, settings), by kind and id. */
export interface RecordStore {
  getRecord(kind: string, id: string): Promise<StoredRecord | undefined>;
  /** Compare-and-set: `rev` is the new one; true when the stored one was exactly one less (0 = absent). */
  putRecord(kind: string, id: string, rev: number, body: Json): Promise<boolean>;
  deleteRecord(kind: string, id: string): Promise<void>;
  /** All of a kind, by id. These lists are short. */
  listRecords(kind: string): Promise<StoredRecord[]>;
}

export interface StoredRecord {
  id: string;
  rev: number;
  body: Json;
}

/** The database cannot be reached, or refuses. The caller waits and repeats. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

export class BadCursor extends Error {
  readonly code = 'BAD_CURSOR';
  override name = 'BadCursor';
}

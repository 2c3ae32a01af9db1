import type { Db } from 'mongodb';
import type { DeliveryStatus } from '../port.js';

/*
 * Every document has its `_id`, the few fields that queries and compare-and-set need, and `body`: the whole thing as
 * JSON text, so that any JSON value reads back equal. Texts of outside are column keys in them.
 */

export interface Body {
  _id: string;
  body: string;
}

export interface ClaimDocument {
  _id: string;
  batch: string;
  state?: 'quarantined' | 'dead';
  /** Milliseconds since the epoch. */
  at: number;
}

export interface IdentifierDocument extends Body {
  profile: string;
  rev: number;
}

export interface ProfileDocument extends Body {
  version: number;
  /** One for each attempt to write: tells "my write" from another of the same version. */
  token: string;
  into?: string;
  /** Names of the segments that it is a member of. */
  segments: string[];
  updatedAt: string;
}

export interface EventDocument extends Body {
  profile: string;
  sequence: number;
}

export interface RunDocument extends Body {
  flow: string;
  profile: string;
  status: string;
  startedAt: string;
  /** How far it has gone: number of steps. */
  reach: number;
}

/** `body` is the row as it was handed over; what changes later lies beside it and in `progress`. */
export interface DeliveryDocument extends Body {
  kind: string;
  profile: string;
  status: DeliveryStatus;
  destination: string;
  flow: string | null;
  createdAt: string;
  updatedAt: string;
  dueAt: number;
  /** When it can be leased: its due time or the end of the lease that it is under. Null when nothing is left to do. */
  readyAt: number | null;
  lease: string | null;
  /** Raised by every write: what compare-and-set compares. */
  rev: number;
  /** Attempts and result, as JSON text. */
  progress: string;
}

export interface AccountingDocument {
  /** The partition. */
  _id: number;
  rev: number;
  /** The batches counted last. */
  recent: string[];
  counts: { [name: string]: number };
  accepted: { [producer: string]: number };
  nodes: { [node: string]: number };
}

export interface RecordDocument extends Body {
  kind: string;
  rev: number;
}

/** The collections of one database. */
export function collections(db: Db) {
  return {
    db,
    claims: db.collection<ClaimDocument>('claims'),
    identifiers: db.collection<IdentifierDocument>('identifiers'),
    profiles: db.collection<ProfileDocument>('profiles'),
    ledger: db.collection<Body & { survivor: string; loser: string }>('ledger'),
    runs: db.collection<RunDocument>('runs'),
    quarantine: db.collection<Body & { source: string }>('quarantine'),
    deadLetters: db.collection<Body & { source: string }>('dead_letters'),
    deliveries: db.collection<DeliveryDocument>('deliveries'),
    accounting: db.collection<AccountingDocument>('accounting'),
    /** Batches that are counted; the accounting's own list is short. */
    receipts: db.collection<{ _id: string; partition: number; at: number }>('receipts'),
    records: db.collection<RecordDocument>('records'),
    heartbeats: db.collection<{ _id: string; at: number }>('heartbeats'),
  };
}

export type Collections = ReturnType<typeof collections>;

/** Creates the indexes, none of which is unique: a sharded collection can keep only `_id` unique. */
export async function createIndexes(c: Collections): Promise<void> {
  await Promise.all([
    c.claims.createIndex({ at: 1 }),
    c.receipts.createIndex({ at: 1 }),
    c.identifiers.createIndex({ profile: 1 }),
    c.profiles.createIndex({ segments: 1, _id: 1 }),
    c.ledger.createIndexes([{ key: { survivor: 1, _id: 1 } }, { key: { loser: 1 } }]),
    c.runs.createIndexes([
      { key: { startedAt: 1, _id: 1 } },
      { key: { flow: 1, startedAt: 1, _id: 1 } },
      { key: { profile: 1, startedAt: 1, _id: 1 } },
      { key: { status: 1, startedAt: 1, _id: 1 } },
    ]),
    c.quarantine.createIndex({ source: 1, _id: 1 }),
    c.deliveries.createIndexes([
      { key: { destination: 1, readyAt: 1 } },
      { key: { kind: 1, status: 1, updatedAt: 1 } },
      { key: { profile: 1 } },
      { key: { createdAt: 1, _id: 1 } },
      { key: { destination: 1, createdAt: 1, _id: 1 } },
      { key: { flow: 1, createdAt: 1, _id: 1 } },
      { key: { status: 1, createdAt: 1, _id: 1 } },
    ]),
    c.records.createIndex({ kind: 1, _id: 1 }),
  ]);
}

import type { Event } from '@tributary/sdk';
import { v7 } from 'uuid';
import type { Rejected } from '../../events/batch.js';
import type { Continuation, OutboxDelivery, OutboxEmit, Run } from '../../flows/run.js';
import type { Mark, MergeDecision, Profile } from '../../profiles/profile.js';
import type { Commit, DeadEvent, Page, PageQuery, Receipt, StoredEvent } from '../port.js';

/** A new UUIDv7, of this time when one is given. */
export function newId(msecs?: number): string {
  return v7(msecs === undefined ? undefined : { msecs });
}

/** An instant as stored documents write it. */
export function iso(ms = Date.now()): string {
  return new Date(ms).toISOString();
}

export function anEvent(patch: Partial<Event> = {}): Event {
  const id = patch.id ?? newId();
  return {
    id,
    type: 'track',
    messageId: `m-${id}`,
    source: 'web',
    name: 'Product Viewed',
    anonymousId: 'device',
    timestamp: iso(),
    receivedAt: iso(),
    context: {},
    properties: { price: 9.5 },
    ...patch,
  };
}

export function stored(profile: string, event: Event = anEvent(), sequence = 1): StoredEvent {
  return { profile, sequence, event };
}

/** A profile at version 1, with records without a prototype as the domain has them. */
export function aProfile(patch: Partial<Profile> = {}): Profile {
  const at = iso();
  const by = { event: newId(), source: 'web' };
  return {
    v: 1,
    id: newId(),
    version: 1,
    createdAt: at,
    updatedAt: at,
    identifiers: [{ type: 'userId', value: 'u-1', at, by }],
    traits: record({ email: { value: 'a@b.example', at, by } }),
    segments: record({}),
    consents: record({ marketing: { granted: true, at } }),
    firstSeen: at,
    lastSeen: at,
    events: record({ 'Product Viewed': { days: record({ '2025-01-31': 3 }), first: at, last: at } }),
    devices: record({ device: [{ id: newId(), startedAt: at, lastAt: at, events: 3 }] }),
    sessions: { days: record({ '2025-01-31': 1 }) },
    sequence: 3,
    marks: [],
    outbox: [],
    absorbed: [],
    ...patch,
  };
}

function record<T>(from: { [key: string]: T }): { [key: string]: T } {
  return Object.assign(Object.create(null) as { [key: string]: T }, from);
}

/** The next version of a profile. */
export function next(profile: Profile, patch: Partial<Profile> = {}): Profile {
  return { ...profile, ...patch, version: profile.version + 1 };
}

/** The pointer that freezes a profile. */
export function aMerge(survivor: string): MergeDecision {
  const by = { event: newId(), source: 'web', rule: 'same-user' };
  return { survivor, ledger: newId(), at: iso(), by, identifiers: ['userId:u-1'] };
}

export function aMark(message: string, patch: Partial<Mark> = {}): Mark {
  return { partition: 0, batch: newId(), message, profile: newId(), sequence: 1, ...patch };
}

export function aContinuation(event: Event = anEvent(), patch: Partial<Continuation> = {}): Continuation {
  return {
    run: `${event.messageId}/welcome@1`,
    flow: 'welcome',
    version: 1,
    node: 'tell',
    plugin: 'webhook@1.0.0',
    event,
    visits: { tell: 1 },
    steps: [],
    ...patch,
  };
}

export function aDelivery(patch: Partial<OutboxDelivery> = {}): OutboxDelivery {
  return {
    kind: 'delivery',
    key: `web:m:${newId()}`,
    partition: 3,
    batch: newId(),
    createdAt: iso(),
    destination: 'crm.example',
    dueAt: iso(Date.now() - 1000),
    payload: { hello: 'world' },
    config: { url: 'https://crm.example/hook' },
    run: aContinuation(),
    ...patch,
  };
}

export function anEmit(patch: Partial<OutboxEmit> = {}): OutboxEmit {
  const at = iso(Date.now() - 1000);
  return {
    kind: 'emit',
    key: `web:e:${newId()}`,
    partition: 3,
    batch: newId(),
    createdAt: at,
    event: anEvent({ depth: 1 }),
    ...patch,
  };
}

export function aRun(patch: Partial<Run> = {}): Run {
  const event = anEvent();
  return {
    v: 1,
    id: `${event.messageId}/welcome@1`,
    flow: 'welcome',
    version: 1,
    source: 'web',
    profile: newId(),
    event: { id: event.id, messageId: event.messageId, type: 'track' },
    status: 'done',
    steps: [{ node: 'tell', plugin: 'webhook@1.0.0', port: 'out', at: iso() }],
    startedAt: iso(),
    updatedAt: iso(),
    ...patch,
  };
}

export function aRejected(patch: Partial<Rejected> = {}): Rejected {
  const id = patch.id ?? newId();
  return {
    id,
    source: 'web',
    messageId: `m-${id}`,
    receivedAt: iso(),
    code: 'EVENT_TOO_LARGE',
    reason: 'The event is larger than 32 KB.',
    path: '',
    raw: { type: 'track' },
    ...patch,
  };
}

export function aDeadEvent(patch: Partial<DeadEvent> = {}): DeadEvent {
  const event = patch.event ?? anEvent();
  return { id: event.id, event, reason: 'It killed its worker.', at: iso(), batch: newId(), ...patch };
}

export function aReceipt(batch: string, patch: Partial<Receipt> = {}): Receipt {
  return {
    batch,
    partition: 0,
    producer: newId(),
    accepted: 2,
    counts: { applied: 2, duplicate: 0, quarantined: 0, deadLettered: 0, emitted: 0 },
    nodes: {},
    ...patch,
  };
}

export function aCommit(patch: Partial<Commit> = {}): Commit {
  return {
    batch: newId(),
    partition: 0,
    profiles: [],
    events: [],
    outbox: [],
    runs: [],
    quarantine: [],
    deadLetters: [],
    ...patch,
  };
}

/** All items of a list, page by page. */
export async function all<T>(list: (page: PageQuery) => Promise<Page<T>>, limit = 100): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<T> = await list(cursor === undefined ? { limit } : { limit, cursor });
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/** Runs `task` n times at once. */
export function atOnce<T>(n: number, task: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, i) => task(i)));
}

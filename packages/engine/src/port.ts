import type { Event, Json } from '@tributary/sdk';
import type { Rejected } from './events/batch.js';
import type { FlowDefinition, FlowRecord, FlowVersion } from './flows/flow.js';
import type { Run } from './flows/run.js';
import type { PluginListing } from './plugins/index.js';
import type { Profile } from './profiles/profile.js';
import type { DeadEvent, DeliveryRow, DeliveryStatus, Page, PageQuery, StoredEvent } from './storage/port.js';

/** What a deployment is made of; `createEngine` makes it. The api and the cli see only this. */
export interface Engine {
  readonly sources: Sources;
  readonly flows: Flows;
  readonly profiles: Profiles;
  readonly effects: Effects;
  readonly publicView: PublicView;
  readonly tokens: Tokens;
  /** Events in. */
  readonly collect: Collect;
  accounting(): Promise<Accounting>;
  health(): Promise<Health>;
  plugins(): PluginListing[];
  /**
   * Begins the roles in this process; `api` needs no loop of its own beyond its collector. Fails with QueueUnavailable or
   * StoreUnavailable while one of them is away, and may be called again then. Does nothing once the engine is stopped.
   */
  start(roles: readonly Role[]): Promise<void>;
  /** Stops taking work, finishes what is begun (at most `patience` ms, 20 s by default), closes queue and store. */
  stop(patience?: number): Promise<void>;
}

export type Role = 'api' | 'worker' | 'scheduler';

export interface Source {
  v: 1;
  id: string;
  name: string;
  /** In clear: a write key is public by nature, it stands in every page. */
  writeKeys: string[];
  enabled: boolean;
  createdAt: string;
}

export interface Sources {
  /** Cached for a second or two; undefined for an unknown or switched-off key. */
  byWriteKey(key: string): Promise<Source | undefined>;
  list(): Promise<Source[]>;
  get(id: string): Promise<Source | undefined>;
  create(input: { id?: string; name: string; writeKey?: string }): Promise<Source>;
  update(id: string, change: { name?: string; enabled?: boolean }): Promise<Source>;
  addKey(id: string): Promise<Source>;
  removeKey(id: string, key: string): Promise<Source>;
}

export interface Collect {
  /**
   * Takes the calls of one request. Resolves once every one of them is in the durable queue (G1).
   * Bad calls are taken too, as quarantine. Throws Overloaded or QueueUnavailable: nothing is
   * promised then, and the client retries.
   */
  accept(request: IncomingRequest): Promise<{ accepted: number; quarantined: number }>;
}

export interface IncomingRequest {
  source: Source;
  /** Parsed bodies: of unknown shape. `type` is set from the URL for single calls. */
  calls: Json[];
  /** Bytes of the inflated body: when it is small, no event in it can be too large. */
  bytes?: number;
  /** `sentAt` of the request, as it came. */
  sentAt?: Json;
  /** Merged under each call's own context. */
  context?: Json;
  userAgent?: string;
}

/** Too much load: answered 503 (or 429) with Retry-After. */
export class Overloaded extends Error {
  readonly code = 'OVERLOADED';
  override name = 'Overloaded';
  constructor(readonly retryAfterSeconds: number) {
    super('The queue is full. Send the request again later.');
  }
}

/** A fault in what a caller gave: answered 400 (or 404, 409 by its code). */
export class InvalidInput extends Error {
  override name = 'InvalidInput';
  constructor(
    readonly code: 'INVALID' | 'NOT_FOUND' | 'CONFLICT',
    message: string,
    readonly faults: { path: string; code: string; message: string }[] = [],
  ) {
    super(message);
  }
}

export interface Flows {
  list(): Promise<FlowRecord[]>;
  get(id: string): Promise<FlowRecord | undefined>;
  /** Saves the draft as it is; faults are reported, not refused. */
  saveDraft(id: string, definition: FlowDefinition): Promise<{ flow: FlowRecord; faults: InvalidInput['faults'] }>;
  /** Throws InvalidInput with the path of every fault. */
  publish(id: string): Promise<FlowVersion>;
  versions(id: string): Promise<FlowVersion[]>;
  /** Makes an earlier version live; `version: null` switches the flow off. */
  rollback(id: string, version: number | null): Promise<FlowRecord>;
}

export interface Profiles {
  /** Follows merges: an absorbed id answers the survivor. */
  byId(id: string): Promise<Profile | undefined>;
  /** `email:a@b.example`: normalised like an incoming one. */
  byIdentifier(identifier: string): Promise<Profile | undefined>;
  list(query: PageQuery & { segment?: string }): Promise<Page<Profile>>;
  /** Newest first, over all ids that the profile has absorbed. */
  events(id: string, page: PageQuery): Promise<Page<StoredEvent>>;
}

export interface Effects {
  deliveries(
    query: PageQuery & { status?: DeliveryStatus; destination?: string; flow?: string },
  ): Promise<Page<DeliveryRow>>;
  delivery(id: string): Promise<DeliveryRow | undefined>;
  /** A dead one is tried again; a delivered one only with `force` (G5). */
  replayDelivery(id: string, force: boolean): Promise<void>;
  deadLetters(query: PageQuery): Promise<Page<DeadEvent>>;
  quarantine(query: PageQuery & { source?: string }): Promise<Page<Rejected>>;
  /** Sends it through the pipeline again; for quarantine the raw event, or `event` in its place when the operator has mended it. */
  replayDeadLetter(id: string): Promise<void>;
  replayQuarantined(id: string, event?: Json): Promise<void>;
  runs(query: PageQuery & { flow?: string; profile?: string; status?: string }): Promise<Page<Run>>;
}

export interface PublicView {
  /** What `GET /v1/profile` answers: only what is marked public. */
  read(anonymousId: string): Promise<{ segments: string[]; traits: { [key: string]: Json } }>;
  get(): Promise<PublicMarks>;
  set(marked: PublicMarks): Promise<void>;
}

export interface PublicMarks {
  segments: string[];
  /** Keys of traits. */
  traits: string[];
  /** With it, only what people have consented to is read. */
  purpose?: string;
}

/** Management tokens: stored as SHA-256 hashes. */
export interface Tokens {
  verify(token: string): Promise<boolean>;
  /** Makes the token given from outside valid; or, when there is none at all, makes one and returns it in clear, once. */
  ensure(given: string | undefined): Promise<string | undefined>;
  create(name: string): Promise<{ id: string; token: string }>;
}

/** accepted = waiting + applied + duplicate + quarantined + deadLettered (G7). */
export interface Accounting {
  accepted: number;
  waiting: number;
  applied: number;
  duplicate: number;
  quarantined: number;
  deadLettered: number;
  /** Events that flows emitted: counted apart. */
  emitted: number;
  /** Passages of each node: `flow@version/node/port`. */
  nodes: { [key: string]: number };
}

export interface Health {
  /** The queue took a write and gave it back. */
  queue: HealthItem;
  store: HealthItem;
  /** Heartbeats of processes by role, seconds ago. */
  workers: { id: string; roles: Role[]; secondsAgo: number }[];
}
export interface HealthItem {
  ok: boolean;
  ms?: number;
  error?: string;
}

export type { Event };

import type { Static, TSchema } from '@sinclair/typebox';
import type { Event, EventType, Json, JsonObject } from './event.js';

/** What conditions and templates read of a profile. Plain data, safe to keep. */
export interface ProfileView {
  id: string;
  /** Values by type, in the order in which they were learnt. */
  identifiers: { [type: string]: string[] };
  traits: JsonObject;
  /** Total count of events by name (`track`), this event included. */
  events: { [name: string]: number };
  /** Names of the segments that the profile is in; `true` for each. */
  segments: { [segment: string]: true };
  sessions: number;
  firstSeen: string;
  lastSeen: string;
}

/** The session (visit) that the event belongs to; absent for an event without a device. */
export interface SessionView {
  id: string;
  startedAt: string;
  events: number;
}

/** The profile's draft that a `run` plugin works on; it is written with the batch, or not at all. */
export interface ProfileDraft {
  readonly id: string;
  /** Current state. A fresh view after every change. */
  view(): ProfileView;
  /** Value at `traits.a.b`, `identifiers.email`, `segments.name`, ...; `undefined` when absent. */
  get(path: string): Json | undefined;
  /** Sets a trait (`traits.plan` or `plan`). An older event does not overwrite a newer value (G9). */
  set(path: string, value: Json): void;
  /** Removes a trait, under the same rule of time. */
  unset(path: string): void;
  /** Adds a number to a trait, whatever the order of the events. */
  increment(path: string, by: number): void;
  /** Puts the profile into a segment or takes it out. */
  segment(name: string, member: boolean): void;
  /**
   * Says that this person also has this identifier. Joins the profile that has it, by the
   * rules of identity; with `force` even if both are known users.
   */
  identify(type: string, value: string, options?: { force?: boolean }): void;
}

export interface RunContext {
  event: Event;
  profile: ProfileDraft;
  session: SessionView | undefined;
  /** The output of the node before, or `null` at the trigger. */
  input: Json;
  /** The time of this batch: ISO 8601. The same for every node and on every retry of a passage. */
  now: string;
  /** True when the JSON Logic rule holds over `event`, `profile`, `session`, `input`, `now`. */
  test(rule: Json): boolean;
  /** The value of a path such as `event.properties.price`. */
  read(path: string): Json | undefined;
  /** Renders a LiquidJS template over the same names. */
  render(template: string): string;
  /** Emits an event for the same person; it runs through the pipeline like any other. */
  emit(event: EmittedEvent): void;
}

export interface EmittedEvent {
  type: Extract<EventType, 'track' | 'page' | 'screen' | 'identify' | 'group'>;
  name?: string;
  properties?: JsonObject;
  traits?: JsonObject;
}

/** Where a node goes on: a port, with an output for the next node. */
export type Outcome = string | { port: string; output?: Json };

export interface DeliverContext {
  /** What `prepare` made when the change was committed. */
  payload: Json;
  /** The same on every attempt (G5). */
  idempotencyKey: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** Aborted when the attempt takes too long or the worker stops. */
  signal: AbortSignal;
  /** Settings of the operator that bear on calls to the outside. */
  network: { allowPrivateDestinations: boolean };
}

/** Thrown by `deliver`: says whether, and when, another attempt makes sense. */
export class DeliveryError extends Error {
  readonly permanent: boolean;
  /** Milliseconds that the destination asks to wait. */
  readonly retryAfter: number | undefined;
  /** What the destination answered: kept with the attempt. No personal data. */
  readonly status: number | undefined;
  constructor(message: string, options: { permanent?: boolean; retryAfter?: number; status?: number } = {}) {
    super(message);
    this.name = 'DeliveryError';
    this.permanent = options.permanent ?? false;
    this.retryAfter = options.retryAfter;
    this.status = options.status;
  }
}

/** Ports that follow from the config. Typed as a method, so that every plugin is also a `Plugin`. */
type PortsOf<S extends TSchema> = { ports(config: Static<S>): readonly string[] }['ports'];

interface Common<S extends TSchema> {
  /** Name on npm and in flows: lower case with dashes. */
  name: string;
  /** Exact semver of this code. */
  version: string;
  title: string;
  description?: string;
  /** JSON Schema of a node's config: validates, types, documents, and makes the form. */
  config: S;
  /** The ways out. The first is where an edge without a port starts. */
  ports: readonly string[] | PortsOf<S>;
  /** Further faults that the schema cannot say: a path into the config and what to do. */
  check?(config: Static<S>): { path: string; message: string }[];
}

/** Synchronous, no I/O: works on the profile's draft inside the batch. */
export interface RunPlugin<S extends TSchema = TSchema> extends Common<S> {
  run(context: RunContext, config: Static<S>): Outcome;
}

/** Reaches outside: `prepare` inside the batch says what to send, `deliver` sends it, with retries. */
export interface DeliverPlugin<S extends TSchema = TSchema> extends Common<S> {
  /** Synchronous. What it returns is stored with the change and given to every attempt. */
  prepare(context: RunContext, config: Static<S>): { destination: string; payload: Json };
  deliver(context: DeliverContext, config: Static<S>): Promise<Outcome>;
  /** Port that the run takes when the delivery was given up; without it the run ends there. */
  failedPort?: string;
}

/** Holds the run until a time; goes on at the first port. */
export interface WaitPlugin<S extends TSchema = TSchema> extends Common<S> {
  /** ISO 8601. A time in the past goes on at once. */
  wait(context: RunContext, config: Static<S>): { until: string };
}

export type Plugin<S extends TSchema = TSchema> = RunPlugin<S> | DeliverPlugin<S> | WaitPlugin<S>;

/** Defines a plugin; the config's type follows from its schema. */
export function definePlugin<S extends TSchema>(plugin: RunPlugin<S>): RunPlugin<S>;
export function definePlugin<S extends TSchema>(plugin: DeliverPlugin<S>): DeliverPlugin<S>;
export function definePlugin<S extends TSchema>(plugin: WaitPlugin<S>): WaitPlugin<S>;
export function definePlugin<S extends TSchema>(plugin: Plugin<S>): Plugin<S> {
  return plugin;
}

import type { Json } from '../workload/types.js';

/** What a deployment says of itself through its read API: plain data, nothing of the engine's code. */
export interface Observed {
  profiles: ObservedProfile[];
  /** Profile id by `type:value`, as a look-up answers. */
  lookups: { [identifier: string]: string | undefined };
  quarantine: { messageId: string }[];
  deadLetters: { event: { messageId: string }; reason: string }[];
  deliveries: { id: string; kind: string; status: string }[];
  accounting: {
    accepted: number;
    waiting: number;
    applied: number;
    duplicate: number;
    quarantined: number;
    deadLettered: number;
    emitted: number;
    /** Passages by `flow@version/node/port`. */
    nodes: { [passage: string]: number };
  };
  /** Calls that the receiver of the webhooks got. */
  hooks: ObservedHook[];
}

export interface ObservedHook {
  /** The header that names the delivery. */
  id: string;
  /** The message that the body tells of. */
  of: string;
  /** Stands for the bytes of the body. */
  digest: string;
}

export interface ObservedProfile {
  id: string;
  identifiers: { type: string; value: string }[];
  traits: { [key: string]: ObservedTrait };
  segments: { [name: string]: { at: string; member: boolean } };
  consents: { [purpose: string]: { granted: boolean; at: string } };
  firstSeen: string;
  lastSeen: string;
  events: { [name: string]: { days: { [day: string]: number }; first: string; last: string } };
  devices: { [anonymousId: string]: { startedAt: string; lastAt: string; events: number }[] };
  sessions: { days: { [day: string]: number } };
  absorbed: { id: string; ledger: string }[];
  /** Ids of the ledger entries whose survivor this profile or one that it absorbed was. */
  ledger: string[];
  timeline: ObservedEvent[];
}

export interface ObservedTrait {
  value: Json;
  at: string;
  by: { event: string; flow?: string; node?: string };
}

export interface ObservedEvent {
  /** The profile id that took it, and its place there. */
  profile: string;
  sequence: number;
  emitted?: boolean;
  event: {
    id: string;
    type: string;
    name?: string;
    messageId: string;
    timestamp: string;
    anonymousId?: string;
    userId?: string;
    context: { copy?: Json; [key: string]: unknown };
  };
}

/** The promises of the design; `identity` stands for its rules of whose an event is, `suite` for what the suite itself owes. */
export type Promised = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G9' | 'G10' | 'identity' | 'suite';

/** A promise that does not hold, and where. */
export interface Finding {
  promise: Promised;
  what: string;
}

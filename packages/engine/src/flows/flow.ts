import type { Json } from '@tributary/sdk';

/** A flow as a user writes it (design, "Flow JSON"). */
export interface FlowDefinition {
  id: string;
  name?: string;
  description?: string;
  /** What its deliveries are for: each asks whether the person has consented to it. */
  purpose?: string;
  trigger: { events: string[]; names?: string[]; sources?: string[]; when?: Json };
  nodes: { [id: string]: { plugin: string; config?: Json } };
  edges: { from: string; to: string }[];
}

/** A published version: exact plugin versions, never changed (G8). */
export interface FlowVersion {
  v: 1;
  flow: string;
  version: number;
  publishedAt: string;
  definition: FlowDefinition;
}

/** The flow's own record: its draft and which version is live. */
export interface FlowRecord {
  v: 1;
  id: string;
  draft: FlowDefinition | null;
  /** The version that new events run, or null when it is off. */
  live: number | null;
  /** The highest version ever published. */
  latest: number;
  updatedAt: string;
}

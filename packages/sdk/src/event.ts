/** The six calls of the Segment tracking spec. */
export const EVENT_TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** The canonical event: what the API makes of a request, what flows see, what a timeline holds. */
export interface Event {
  /** UUIDv7 given at acceptance: time-ordered. */
  id: string;
  type: EventType;
  /** The client's id of this message; repeats of it are applied once (G3). */
  messageId: string;
  /** Id of the source whose write key brought the event. */
  source: string;
  /** Name of a `track` (its `event`), a `page` or a `screen`. */
  name?: string;
  anonymousId?: string;
  userId?: string;
  /** `alias` only: the earlier identifier. */
  previousId?: string;
  groupId?: string;
  /** When it happened: ISO 8601 UTC, corrected by the client's clock and never in the future. */
  timestamp: string;
  /** When the API accepted it: ISO 8601 UTC. */
  receivedAt: string;
  context: JsonObject;
  /** `track`, `page`, `screen`. */
  properties?: JsonObject;
  /** `identify`, `group`. */
  traits?: JsonObject;
  /** What the visitor had agreed to when it happened, by purpose. */
  consent?: { [purpose: string]: boolean };
  /** How many flows deep the event was emitted; absent for events from outside. */
  depth?: number;
}

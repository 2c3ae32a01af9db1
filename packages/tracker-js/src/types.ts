/** Anything that JSON can carry. */
export type Properties = Record<string, unknown>;

/** What `GET /v1/profile` answers for this visitor. */
export interface PublicProfile {
  segments: string[];
  traits: Properties;
}

/** What became of the events of this page so far. */
export interface Stats {
  /** Acknowledged by the collector. */
  sent: number;
  /** Given up here: the queue was full, or the event was no JSON. */
  dropped: number;
  /** Refused by the collector for good (a 4xx answer). */
  rejected: number;
}

export interface TrackerOptions {
  /** The write key of the source. */
  writeKey: string;
  /** Origin of the collector, `https://events.example.com`. Default: the page's own origin. */
  endpoint?: string;
  /** How long an event waits for company, in milliseconds. Default: 250. */
  flushDelay?: number;
  /** This many waiting events are sent at once. Default: 20. */
  flushAt?: number;
  /** How many events are kept while the collector is away; then the oldest go. Default: 1000. */
  maxQueue?: number;
}

export interface Tracker {
  /** Something the visitor did: `track('Product Added', { sku: 'mug' })`. */
  track(event: string, properties?: Properties): void;
  /** A page view, with a name or without. */
  page(properties?: Properties): void;
  page(name: string, properties?: Properties): void;
  /** A view of a screen. */
  screen(properties?: Properties): void;
  screen(name: string, properties?: Properties): void;
  /** Who the visitor is, and what is known of them. */
  identify(traits?: Properties): void;
  identify(userId: string, traits?: Properties): void;
  /** The company or the team that the visitor belongs to. */
  group(groupId: string, traits?: Properties): void;
  /** Says that two ids are one person. */
  alias(userId: string, previousId?: string): void;
  /** Forgets the visitor: a new anonymousId, no userId. Call it at log-out. */
  reset(): void;
  /** Runs the callback with the tracker, as soon as it is loaded. */
  ready(callback: (tracker: Tracker) => void): void;
  /** The segments and the public traits of this visitor. Rejects when the collector does not answer. */
  profile(): Promise<PublicProfile>;
  /** Sends what waits, now; resolves when it was tried. */
  flush(): Promise<void>;
  anonymousId(): string;
  userId(): string | undefined;
  stats(): Stats;
}

/** One call as the snippet keeps it: the method's name and its arguments, and the time of the call. */
export type QueuedCall = [name: string, ...args: unknown[]] & { t?: number };

/** Anything that JSON can carry. */
export type Properties = Record<string, unknown>;

/** The names of a site's events with their properties: `{ 'Product Viewed': { sku: string }; 'Signed Out': undefined }`. */
export type EventMap = Record<string, object | undefined>;

type Arguments<P> = P extends undefined
  ? [properties?: undefined]
  : object extends P
    ? [properties?: P]
    : [properties: P];

/** What `GET /v1/profile` answers for this visitor. */
export interface PublicProfile {
  segments: string[];
  traits: Properties;
}

/** What became of the events of this page so far. */
export interface Stats {
  /** Acknowledged by the collector. */
  sent: number;
  /** Given up here: the queue was full, consent was denied, or the event was no JSON. */
  dropped: number;
  /** Refused by the collector for good (a 4xx answer). */
  rejected: number;
}

/** One event, as plugins see it before it is stored. */
export interface TrackedEvent extends Properties {
  type: 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias';
  messageId: string;
  timestamp: string;
  anonymousId: string;
  context: Properties;
}

/** Looks at an event, changes it, and hands it on by `next(event)`; without that it is dropped. */
export type Plugin = (event: TrackedEvent, next: (event: TrackedEvent) => void) => void;

/** `cookie`: cookie and localStorage, each restoring the other. `memory`: nothing is stored at all. */
export type StorageKind = 'cookie' | 'localStorage' | 'memory';

/** One answer for all purposes, or an answer for some of them. */
export type Consent = 'pending' | 'granted' | 'denied' | Record<string, boolean>;

/** What an optional module (automatic capture, web vitals, …) gets to work with. */
export type Module = (tracker: Tracker, inside: Inside) => void;

/** The parts of the tracker that modules share. */
export interface Inside {
  writeKey: string;
  /** `https://events.example.com/v1` */
  base: string;
  /** The `data-*` attributes of the script's tag. */
  tag: Record<string, string | undefined>;
  /** Whether consent allows that something is stored and sent. */
  isAllowed(): boolean;
  /** Storage that keeps to consent. */
  store: {
    read(key: string): string | undefined;
    write(key: string, value: string): void;
    remove(key: string): void;
  };
  setAnonymousId(id: string): void;
}

/** The optional module behind `tracker.profile`. */
export interface ProfileReader {
  get(): Promise<PublicProfile>;
  watch(callback: (profile: PublicProfile) => void): () => void;
}

export interface TrackerOptions {
  /** The write key of the source. */
  writeKey: string;
  /** Origin of the collector, `https://events.example.com`. Default: the page's own origin. */
  endpoint?: string;
  /** Path of the collector's calls, where the operator has renamed it. Default: `/v1`. */
  path?: string;
  /** How long an event waits for company, in milliseconds. Default: 250. */
  flushDelay?: number;
  /** This many waiting events are sent at once. Default: 20. */
  flushAt?: number;
  /** How many events are kept while the collector is away; then the oldest go. Default: 1000. */
  maxQueue?: number;
  /** A page view now, and one for each change of path or query; `changes` leaves out the first. Default: false. */
  autoPage?: boolean | 'changes';
  /** Where the visitor is remembered; `memory` is the mode without cookies. Default: `cookie`. */
  storage?: StorageKind;
  /** Domain of the cookies. Default: the widest that the browser takes, which subdomains share. */
  cookieDomain?: string;
  /** The answer of the visitor so far. Without it consent is not asked for. */
  consent?: Consent;
  /** The purposes that `granted` and `denied` speak of; the first one decides about this tracker. Default: `['analytics']`. */
  purposes?: string[];
  /** Whether Global Privacy Control means `denied`. Default: true. */
  gpc?: boolean;
  /** A session ends after this gap, in milliseconds. Default: 30 minutes. */
  sessionGap?: number;
  plugins?: Plugin[];
  modules?: Module[];
}

/** What `on` reports. */
export interface Signals {
  /** An event, after the plugins. */
  event: TrackedEvent;
  /** How many events the collector has acknowledged. */
  sent: number;
  /** How many were given up here. */
  dropped: number;
  /** How many the collector has refused for good. */
  rejected: number;
  /** The purposes and their answers. */
  consent: Record<string, boolean>;
  /** The id of a session that begins. */
  session: string;
  /** The visitor was forgotten; the new anonymousId. */
  reset: string;
}

export interface Tracker<E extends { [K in keyof E]: object | undefined } = EventMap> {
  /** Something the visitor did: `track('Product Added', { sku: 'mug' })`. */
  track<N extends keyof E & string>(event: N, ...properties: Arguments<E[N]>): void;
  /** A page view, with a name or without. */
  page(properties?: object): void;
  page(name: string, properties?: object): void;
  /** A view of a screen. */
  screen(properties?: object): void;
  screen(name: string, properties?: object): void;
  /** Who the visitor is, and what is known of them. */
  identify(traits?: object): void;
  identify(userId: string, traits?: object): void;
  /** The company or the team that the visitor belongs to. */
  group(groupId: string, traits?: object): void;
  /** Says that two ids are one person. */
  alias(userId: string, previousId?: string): void;
  /** Forgets the visitor: a new anonymousId, no userId, a new session. Call it at log-out. */
  reset(): void;
  /** Runs the callback with the tracker, as soon as it is loaded. */
  ready(callback: (tracker: Tracker<E>) => void): void;
  /** Listens to a signal; the answer ends it. */
  on<S extends keyof Signals>(signal: S, callback: (value: Signals[S]) => void): () => void;
  /** The visitor's answer: what was held is sent or dropped by it. */
  consent(answer: Consent): void;
  /** Adds a plugin behind those that are there. */
  use(plugin: Plugin): void;
  /** The segments and the public traits of this visitor. Rejects when the collector does not answer. */
  profile(): Promise<PublicProfile>;
  /** Calls back with the profile now, and each time that it has changed; resolves to a function that ends it. */
  profile(callback: (profile: PublicProfile) => void): Promise<() => void>;
  /** Sends what waits, now; resolves when it was tried. */
  flush(): Promise<void>;
  anonymousId(): string;
  userId(): string | undefined;
  stats(): Stats;
}

/** One call as the snippet keeps it. */
export interface QueuedCall {
  /** The method's name. */
  type: string;
  args: unknown[];
  /** The time of the call, and the messageId that it was given. */
  timestamp?: Date | number;
  messageId?: string;
  /** Takes the method's answer. */
  done?(answer: unknown): void;
}

/** A call as pages may push it by hand: `['track', 'Product Viewed']`. */
export type PushedCall = [name: string, ...args: unknown[]] & { timestamp?: Date | number };

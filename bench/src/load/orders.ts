import type { BodyOptions } from './bodies.js';

/** What the generator is started with. */
export interface LoadOptions {
  url: string;
  connections: number;
  send: ({ kind: 'events' } & BodyOptions) | { kind: 'profiles'; people: number };
}

/** One piece of work for the generator. */
export type LoadOrder =
  /** Each connection sends its next request when it has the answer, for so long. */
  | { kind: 'for'; seconds: number }
  /** The same, until so many requests are answered with success. */
  | { kind: 'until'; requests: number }
  /** So many requests in a second, whatever the answers; late ones count from when they were due. */
  | { kind: 'rate'; perSecond: number; seconds: number };

export interface LoadResult {
  requests: number;
  events: number;
  /** Answers that were no success, and broken connections: such requests were sent again. */
  refused: number;
  seconds: number;
  cpuSeconds: number;
  /** Milliseconds, from when a request was due. */
  p50: number;
  p99: number;
  max: number;
}

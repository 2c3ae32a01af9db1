import type { Env } from './env.js';

const FIRST = 1_000;
const LONGEST = 60_000;
/** A collector that asks for more than this is asked again anyway. */
const LONGEST_ASKED = 600_000;

/** A later try can succeed: the collector is busy, broken, or out of reach behind a proxy. */
export const isRetryable = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** The `Retry-After` of an answer in milliseconds: seconds, or a date. */
export function retryAfter(header: string | null, now: number): number {
  if (!header) return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Math.min(Math.max(wait || 0, 0), LONGEST_ASKED);
}

/** How long to wait after the n-th failure in a row. The jitter keeps visitors from coming back all at once. */
export function backoff({ random }: Pick<Env, 'random'>, failures: number, asked: number): number {
  const exponential = Math.min(FIRST * 2 ** (failures - 1), LONGEST) * (0.5 + random() / 2);
  return Math.max(exponential, asked * (1 + random() / 10));
}

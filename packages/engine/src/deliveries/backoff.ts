export interface BackoffOptions {
  /** Attempts before a delivery is given up. */
  attempts: number;
  /** Milliseconds before the second attempt; each further one waits three times as long. */
  baseMs: number;
  maxMs: number;
}

/** 10 attempts over 7 to 14 hours, in the spirit of the Standard Webhooks schedule. */
export const DEFAULT_BACKOFF: BackoffOptions = { attempts: 10, baseMs: 5_000, maxMs: 10 * 3_600_000 };

/**
 * Milliseconds to wait after the n-th failed attempt (n from 1): exponential, with half of it by
 * chance, so that a destination that comes back is not hit by everything at once; never sooner
 * than the destination asked for.
 */
export function waitAfter(n: number, options: BackoffOptions, retryAfter = 0, random = Math.random): number {
  const full = Math.min(options.maxMs, options.baseMs * 3 ** (n - 1));
  return Math.round(Math.max(Math.min(retryAfter, options.maxMs), full / 2 + (random() * full) / 2));
}

/** Half of the first wait. */
const FIRST = 500;
const LONGEST = 60_000;
/** A collector that asks for more than this is asked again anyway. */
const LONGEST_ASKED = 600_000;

/** A later try can succeed: the collector is busy, broken, or out of reach behind a proxy. */
export const isRetryable = (status: number): boolean => /408|429|5../.test(`${status}`);

/** The `Retry-After` of an answer in milliseconds: seconds, or a date; a time that is over may be negative. */
export const retryAfter = (header: string | null): number =>
  Math.min(+(header as string) * 1000 || Date.parse(header as string) - Date.now() || 0, LONGEST_ASKED);

/** How long to wait after the n-th failure in a row. The jitter keeps visitors from coming back all at once. */
export const backoff = (failures: number, asked: number): number =>
  Math.max(Math.min(FIRST * 2 ** failures, LONGEST) * (0.5 + Math.random() / 2), asked * (1 + Math.random() / 10));

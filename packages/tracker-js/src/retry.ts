const FIRST = 1_000;
const LONGEST = 60_000;
/** A collector that asks for more than this is asked again anyway. */
const LONGEST_ASKED = 600_000;

/** A later try can succeed: the collector is busy, broken, or out of reach behind a proxy. */
export const isRetryable = (status: number): boolean => status === 408 || status === 429 || status > 499;

/** The `Retry-After` of an answer in milliseconds: seconds, or a date. */
export const retryAfter = (header: string | null): number =>
  Math.min(Math.max(+(header ?? 0) * 1000 || Date.parse(header ?? '') - Date.now() || 0, 0), LONGEST_ASKED);

/** How long to wait after the n-th failure in a row. The jitter keeps visitors from coming back all at once. */
export const backoff = (failures: number, asked: number): number =>
  Math.max(
    Math.min(FIRST * 2 ** (failures - 1), LONGEST) * (0.5 + Math.random() / 2),
    asked * (1 + Math.random() / 10),
  );

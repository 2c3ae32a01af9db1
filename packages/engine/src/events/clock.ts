// ISO 8601 as the SDKs send it; a date alone is midnight UTC. Year 0000 to 9999, so that ISO strings sort by time.
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');

/** Milliseconds since the epoch of an ISO 8601 string or a number of milliseconds; undefined when it is neither. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return inRange(value) ? Math.trunc(value) : undefined;
  if (typeof value !== 'string' || !ISO.test(value)) return undefined;
  const zoned = value.endsWith('Z') || value.length === 10 || /[+-]\d{2}:?\d{2}$/.test(value);
  const time = Date.parse(zoned ? value.replace(',', '.') : `${value.replace(',', '.').replace(' ', 'T')}Z`);
  return inRange(time) ? time : undefined;
}

function inRange(time: number): boolean {
  return Number.isFinite(time) && time >= EARLIEST && time < 253_402_300_800_000;
}

/** A moment, and its ISO text: made once for all events of a request. */
export interface Moment {
  /** Milliseconds since the epoch. */
  ms: number;
  iso: string;
}

export function momentOf(ms: number): Moment {
  return { ms, iso: new Date(ms).toISOString() };
}

/**
 * When an event happened by our clock. The client's clock may be wrong, but the time that passed
 * on it between the event and the sending is right: received - (sent - happened), the rule of the
 * Segment spec. Never later than `receivedAt`.
 */
export function correctedTime(happened: number, sentAt: number | undefined, receivedAt: number): number {
  const corrected = sentAt === undefined ? happened : receivedAt - (sentAt - happened);
  return Math.min(inRange(corrected) ? corrected : happened, receivedAt);
}

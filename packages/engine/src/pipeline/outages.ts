import type { Lease } from '../queue/port.js';
import { StoreUnavailable } from '../storage/port.js';

interface Outages {
  /** Attempts under this lease that ended because the store was away. */
  count: number;
  /** Whether the one before this did. */
  last: boolean;
}

/** Each lease is one hold of one batch in this process, and is gone with it. */
const outages = new WeakMap<Lease, Outages>();

/** Notes how an attempt ended: a store that is away says nothing against the events in work. */
export function noteEnd(lease: Lease, error: unknown): void {
  const known = outages.get(lease)?.count ?? 0;
  const last = error instanceof StoreUnavailable;
  outages.set(lease, { count: known + (last ? 1 : 0), last });
}

/** Attempts that speak against the batch: its worker died, or it failed by itself. */
export function blamableAttempt(lease: Lease): number {
  return lease.attempt - (outages.get(lease)?.count ?? 0);
}

/** Whether an attempt under this lease has ended before, in whatever way. */
export function hasEnded(lease: Lease): boolean {
  return outages.has(lease);
}

/** Whether the attempt before this one ended in this process because the store was away. */
export function endedByOutage(lease: Lease): boolean {
  return outages.get(lease)?.last ?? false;
}

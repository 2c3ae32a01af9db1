import type { Job } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldLease, type LockKind } from './lease.js';

const DURATION = 9_000;
let answers: number[];
let lease: HeldLease;
const onLong = vi.fn();

function hold(kind: LockKind): HeldLease {
  const job = { attemptsStarted: 1, extendLock: vi.fn(async () => answers.shift() ?? 1) };
  const behind = { next: async () => [], remove: async () => undefined };
  const lock = { kind, duration: DURATION, since: performance.now() };
  lease = new HeldLease(job as unknown as Job, 't', lock, behind, onLong);
  return Object.assign(lease, { asked: job.extendLock });
}
const asked = () => (lease as unknown as { asked: ReturnType<typeof vi.fn> }).asked;

describe('the lease on a batch', () => {
  beforeEach(() => {
    answers = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    lease.release();
    vi.useRealTimers();
  });

  it('believes its lock for a moment, when that will do', async () => {
    hold('expires');
    expect(await lease.verify(true)).toBe(true);
    expect(asked()).toHaveBeenCalledTimes(0);
    expect(await lease.verify()).toBe(true);
    expect(asked()).toHaveBeenCalledTimes(1);
  });

  it('asks when the moment is over', async () => {
    hold('expires');
    // The loop stood still: no timer has run, and the clock has.
    vi.setSystemTime(Date.now() + DURATION);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + DURATION / 3 + 1);
    answers = [0];
    expect(await lease.verify(true)).toBe(false);
    expect(lease.signal.aborted).toBe(true);
    expect(await lease.verify(true)).toBe(false);
    expect(asked()).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  });

  it('asks where somebody can take a lock that does not run out', async () => {
    hold('stays');
    answers = [0];
    expect(await lease.verify(true)).toBe(false);
    expect(asked()).toHaveBeenCalledTimes(1);
  });

  it('tells once of a batch that is in work for more than a minute', async () => {
    hold('expires');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onLong).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onLong.mock.calls).toEqual([[63_000]]);
  });
});

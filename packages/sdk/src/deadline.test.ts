import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withDeadline } from './deadline.js';

const forever = (signal: AbortSignal) => sleep(60_000, undefined, { signal, ref: false }).catch(() => signal.reason);

it('aborts when the time is up', async () => {
  const began = performance.now();
  expect(await withDeadline(new AbortController().signal, 30, forever)).toMatchObject({ name: 'TimeoutError' });
  expect(performance.now() - began).toBeGreaterThan(25);
});

it('aborts with the outer signal, for its reason, also when that came before', async () => {
  const outer = new AbortController();
  const reason = new Error('stopped');
  const under = withDeadline(outer.signal, 60_000, forever);
  outer.abort(reason);
  expect(await under).toBe(reason);
  expect(await withDeadline(outer.signal, 60_000, forever)).toBe(reason);
});

it('hands on what came of the work, and aborts nothing after it', async () => {
  const outer = new AbortController();
  let kept: AbortSignal | undefined;
  const work = async (signal: AbortSignal) => {
    kept = signal;
    return 7;
  };
  expect(await withDeadline(outer.signal, 20, work)).toBe(7);
  await expect(withDeadline(outer.signal, 20, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  outer.abort();
  await sleep(40);
  expect(kept?.aborted).toBe(false);
});

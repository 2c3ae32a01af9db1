import { setTimeout as sleep } from 'node:timers/promises';
import { QueueUnavailable, StoreUnavailable } from '@tributary/engine';
import { complain } from '../print.js';

const PAUSE_MS = 1_000;

/**
 * Tries again while a server does not answer, for at most `ms` (which may be without end): in a deployment that starts as a whole, the servers may
 * come after us. Any other error is thrown at once.
 */
export async function patiently<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + ms;
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const away = error instanceof QueueUnavailable || error instanceof StoreUnavailable;
      if (!away || performance.now() + PAUSE_MS > deadline) throw error;
      if (tries === 1) complain(`${error.message} It is tried again ${howLong(ms)}.`);
      await sleep(PAUSE_MS);
    }
  }
}

function howLong(ms: number): string {
  return Number.isFinite(ms) ? `for ${Math.round(ms / 1000)} s` : 'until it can be';
}

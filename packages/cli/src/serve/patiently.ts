import { QueueUnavailable, StoreUnavailable } from '@tributary/engine';
import { complain } from '../print.js';

const PAUSE_MS = 1_000;
/** How often it is said again. */
const SAY_MS = 30_000;

/** A process that has connected before waits for as long as one that runs. */
export const WITHOUT_END = Number.POSITIVE_INFINITY;

/**
 * Tries again while a server does not answer, for at most `ms`: in a deployment that starts as a whole, the servers may
 * come after us, or be restarted. Any other error is thrown at once.
 */
export async function patiently<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + ms;
  for (let said = Number.NEGATIVE_INFINITY; ; ) {
    try {
      return await work();
    } catch (error) {
      const away = error instanceof QueueUnavailable || error instanceof StoreUnavailable;
      const now = performance.now();
      if (!away || now + PAUSE_MS > deadline) throw error;
      if (now - said >= SAY_MS) {
        complain(`${error.message} It is tried again ${howLong(deadline - now)}.`);
        said = now;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function howLong(ms: number): string {
  return Number.isFinite(ms) ? `for ${Math.round(ms / 1000)} s` : 'until it can be';
}

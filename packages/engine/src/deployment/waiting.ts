import { QueueUnavailable } from '../queue/port.js';
import { backoff, pause } from '../queue/wait.js';
import { StoreUnavailable } from '../storage/port.js';

/** At most so many milliseconds pass between two tries. */
const LONGEST_PAUSE = 1_000;

interface Patience {
  isStopped(): boolean;
  /** Told of the first failure alone. */
  onAway(error: unknown): void;
}

/**
 * Does it again while the queue or the store is away, until it is through or the process is stopped: a server that is
 * restarted in the second in which a process starts is no reason not to start. Any other error is thrown at once.
 */
export async function whenThere<T>({ isStopped, onAway }: Patience, work: () => Promise<T>): Promise<T | undefined> {
  for (let failures = 0; !isStopped(); failures++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof QueueUnavailable || error instanceof StoreUnavailable)) throw error;
      if (failures === 0) onAway(error);
      await pause(backoff(failures, LONGEST_PAUSE));
    }
  }
  return undefined;
}

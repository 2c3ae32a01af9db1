import type { Health } from '../../port.js';
import type { Queue, WaitingBatch } from '../../queue/port.js';

/** What is asked at a scrape. */
export interface Watched {
  queue: Pick<Queue, 'allPartitions' | 'waiting' | 'pressure'>;
  health(): Promise<Health>;
}

/** The deployment as one process saw it at a moment; what did not answer is absent. */
export interface Snapshot {
  partitions: number;
  at: number;
  waiting?: WaitingBatch[] | undefined;
  pressure?: { usedBytes: number; maxBytes: number } | undefined;
  health?: Health | undefined;
}

/** How long a snapshot serves the next scrapes, and how long a server that does not answer is waited for. */
const FRESH_MS = 2_000;
const PATIENCE_MS = 4_000;

/** Asks queue and store; scrapes that come together share one answer, so that nobody can load them by scraping. */
export function snapshots(watched: Watched): () => Promise<Snapshot> {
  let last: Promise<Snapshot> | undefined;
  let until = 0;
  return () => {
    if (last && performance.now() < until) return last;
    until = Number.POSITIVE_INFINITY;
    last = take(watched).finally(() => {
      until = performance.now() + FRESH_MS;
    });
    return last;
  };
}

async function take({ queue, health }: Watched): Promise<Snapshot> {
  const [waiting, pressure, found] = await Promise.all([
    answer(queue.waiting()),
    answer(queue.pressure()),
    answer(health()),
  ]);
  return { partitions: queue.allPartitions, at: Date.now(), waiting, pressure, health: found };
}

async function answer<T>(asked: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

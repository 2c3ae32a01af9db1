import type { Accounting } from '../port.js';
import type { Queue, WaitingBatch } from '../queue/port.js';
import type { Store, StoredAccounting } from '../storage/port.js';

/** Batches of each partition that are asked for at first: more of them can hardly be counted while we look. */
const AT_FIRST = 32;

/**
 * accepted = waiting + applied + duplicate + quarantined + dead-lettered (G7).
 *
 * What was accepted is known from the running count that each api process puts on its batches, not
 * from adding up the rest: a batch that vanished would show. The count is in the batch before that
 * enters the queue, so it is right wherever the process dies.
 *
 * Queue and store are two systems. The queue is read first; then the sums, together with which of
 * the waiting batches they contain. A batch that was seen to wait is in the sums or is waiting; one
 * that came and was counted in between is in both sides of the equation; one that only came is in none.
 */
export async function readAccounting(store: Store, queue: Queue): Promise<Accounting> {
  const batches = await queue.waiting();
  for (let n = AT_FIRST; ; n *= 8) {
    const heads = headsOf(batches, n);
    const stored = await store.accounting([...heads.values()].flat());
    // Batches are counted in their order: behind one that is not, none is.
    const known = (head: WaitingBatch[]) => head.length < n || head.some(({ id }) => !stored.counted.has(id));
    if (![...heads.values()].every(known)) continue;
    return sum(
      stored,
      batches.filter(({ id }) => !stored.counted.has(id)),
    );
  }
}

/** The first `n` batches of each partition. */
function headsOf(batches: readonly WaitingBatch[], n: number): Map<number, WaitingBatch[]> {
  const heads = new Map<number, WaitingBatch[]>();
  for (const batch of batches) {
    const head = heads.get(batch.partition);
    if (!head) heads.set(batch.partition, [batch]);
    else if (head.length < n) head.push(batch);
  }
  return heads;
}

function sum(stored: StoredAccounting, open: WaitingBatch[]): Accounting {
  const accepted = new Map(Object.entries(stored.accepted));
  let waiting = 0;
  for (const batch of open) {
    waiting += batch.events;
    const key = `${batch.producer}/${batch.partition}`;
    accepted.set(key, Math.max(accepted.get(key) ?? 0, batch.accepted));
  }
  let total = 0;
  for (const count of accepted.values()) total += count;
  const { applied, duplicate, quarantined, deadLettered, emitted } = stored.counts;
  return { accepted: total, waiting, applied, duplicate, quarantined, deadLettered, emitted, nodes: stored.nodes };
}

import type { Accounting } from '../port.js';
import type { Queue, WaitingBatch } from '../queue/port.js';
import type { Store, StoredAccounting } from '../storage/port.js';

/** Looks so often for a moment in which nothing moved between the two reads. */
const TRIES = 20;

/**
 * accepted = waiting + applied + duplicate + quarantined + dead-lettered (G7).
 *
 * What was accepted is known from the running count that each api process puts on its batches, not
 * from adding up the rest: a batch that vanished would show. Queue and store are two systems, so the
 * receipts are read before and after the queue, and again when they moved meanwhile.
 */
export async function readAccounting(store: Store, queue: Queue): Promise<Accounting> {
  let before = await store.accounting();
  for (let tries = 1; ; tries++) {
    const batches = await queue.waiting();
    const after = await store.accounting();
    if (tries >= TRIES || JSON.stringify(before) === JSON.stringify(after)) {
      return sum(after, await withoutReceipt(store, batches));
    }
    before = after;
  }
}

/** A batch in work may have left its receipt already, and is only not yet out of the queue. */
async function withoutReceipt(store: Store, batches: WaitingBatch[]): Promise<WaitingBatch[]> {
  const oldest = new Map<number, WaitingBatch[]>();
  for (const batch of batches) oldest.set(batch.partition, [...(oldest.get(batch.partition) ?? []), batch]);
  const open: WaitingBatch[] = [];
  for (const [partition, waiting] of oldest) {
    for (const [i, batch] of waiting.entries()) {
      // One batch of a partition is in work at a time: only the first ones can have a receipt.
      if (i < 2 && (await store.hasReceipt(partition, batch.id))) continue;
      open.push(batch);
    }
  }
  return open;
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

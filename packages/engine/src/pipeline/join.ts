import type { Batch, BatchItem } from '../events/batch.js';
import type { Lease } from '../queue/port.js';
import type { PipelineContext } from './context.js';
import { isTooDeep } from './items.js';
import { blamableAttempt } from './outages.js';

/** Items of one profile in one write (design, "The commit"). */
export const MOST_ITEMS = 200;
/** Items that are written together, which are of many profiles: so much is computed at a stretch. */
export const MOST_TOGETHER = 500;
/** A batch that has waited for so many milliseconds has others behind it. */
const LATE = 15;
/** Batches that are read ahead at most. */
const MOST_READ = 32;
/** Batches of a partition that are done alone after joining them came to nothing. */
const ALONE = 8;

/**
 * Whether a batch can be done together with others: a batch costs five statements however many items it has, so a worker
 * with several in its hands does them in one commit. Only at the first attempt: what died half way is repeated batch by
 * batch. Only what is plain: no replay, nothing to give up.
 */
export function mayJoin({ alone }: PipelineContext, batch: Batch, lease: Lease): boolean {
  if (batch.items.length > MOST_TOGETHER) return false;
  if (lease.attempt > 1) {
    // Whoever died may have died of a batch beside or behind this one: joined again and again, it would kill once for
    // each of them.
    if (blamableAttempt(lease) > 1) alone.set(batch.partition, MOST_READ);
    return false;
  }
  if (!isPlain(batch)) return false;
  const left = alone.get(batch.partition) ?? 0;
  if (left > 0) alone.set(batch.partition, left - 1);
  return left === 0;
}

/** The batches right behind this one, if it has waited: of so many items together, at most. */
export async function batchesBehind(batch: Batch, lease: Lease, room: number): Promise<Batch[]> {
  if (Date.now() - batch.createdAt < LATE || room <= 0) return [];
  // If those behind are as large as this one.
  const wanted = Math.min(MOST_READ, Math.ceil(room / Math.max(1, batch.items.length)));
  const behind: Batch[] = [];
  let items = 0;
  // Without an answer it is done without them, as it would be with nothing behind it.
  for (const next of await lease.following(wanted).catch(() => [])) {
    items += next.items.length;
    if (items > room || !isPlain(next)) break;
    behind.push(next);
  }
  return behind;
}

/** It had to be done alone: so will be the next ones of its partition, probably. */
export function joinedInVain({ alone }: PipelineContext, { partition }: Batch): void {
  alone.set(partition, ALONE);
}

function isPlain({ items }: Batch): boolean {
  return items.every((item: BatchItem) => item.kind !== 'replay' && !isTooDeep(item));
}

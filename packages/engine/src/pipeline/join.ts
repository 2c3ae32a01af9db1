import type { Batch, BatchItem } from '../events/batch.js';
import type { Lease } from '../queue/port.js';
import type { PipelineContext } from './context.js';
import { isTooDeep } from './items.js';

/** A batch that has waited for so many milliseconds has others behind it. */
const LATE = 15;
/** Batches that are read ahead at most. */
const MOST_READ = 32;
/** Batches of a partition that are done alone after joining them came to nothing. */
const ALONE = 8;

/**
 * The batches behind this one that can be done together with it: a batch costs five statements however many items it
 * has, so who is behind catches up. Only at the first attempt, and only where a commit is written whole or not at all:
 * what died half way is repeated batch by batch. Only what is plain: no replay, nothing to give up.
 */
export async function batchesBehind(
  { store, alone }: PipelineContext,
  batch: Batch,
  lease: Lease,
  most: number,
): Promise<Batch[]> {
  if (!store.writesWhole) return [];
  if (lease.attempt > 1) {
    // Whoever died may have died of a batch behind this one: joined again and again, it would kill once for each batch
    // before it.
    alone.set(batch.partition, MOST_READ);
    return [];
  }
  if (Date.now() - batch.createdAt < LATE || !isPlain(batch)) return [];
  const left = alone.get(batch.partition) ?? 0;
  if (left > 0) {
    alone.set(batch.partition, left - 1);
    return [];
  }
  const room = most - batch.items.length;
  if (room <= 0) return [];
  // If those behind are as large as this one.
  const wanted = Math.min(MOST_READ, Math.ceil(room / Math.max(1, batch.items.length)));
  const behind: Batch[] = [];
  let items = 0;
  // Without an answer it is done alone, as it would be with nothing behind it.
  for (const next of await lease.following(wanted).catch(() => [])) {
    items += next.items.length;
    if (items > room || !isPlain(next)) break;
    behind.push(next);
  }
  return behind;
}

/** They had to be done one by one: so will be the next ones, probably. */
export function joinedInVain({ alone }: PipelineContext, { partition }: Batch): void {
  alone.set(partition, ALONE);
}

function isPlain({ items }: Batch): boolean {
  return items.every((item: BatchItem) => item.kind !== 'replay' && !isTooDeep(item));
}

import type { Batch, BatchItem } from '../events/batch.js';
import type { ClaimAnswer, Counts } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { weakened } from '../telemetry/weakened.js';
import type { PipelineContext } from './context.js';
import { claimId, claimOf, isFromOutside, type WorkItem } from './items.js';

/** An item of a batch, whatever it is. */
export interface Claimed {
  /** Place in the batch, or among those of all batches that are done together: what came before what. */
  index: number;
  batch: Batch;
  item: BatchItem;
}

/** An item that is to be applied. */
export interface Placed extends Claimed {
  item: WorkItem;
  /** The trace that its batch is done in. */
  trace?: string | undefined;
}

export interface Claims {
  /** What these batches may apply. */
  mine: Claimed[];
  /** Events from outside that were applied before, of each batch. */
  duplicates: Map<Batch, number>;
}

/** Step 1: what is in these batches, without repeats inside them. */
export function distinct(batches: readonly Batch[]): Claims {
  const first = new Map<string, Claimed>();
  const duplicates: Claims['duplicates'] = new Map();
  let index = 0;
  for (const batch of batches) {
    for (const item of batch.items) {
      const id = claimId(item);
      const claimed = { index: index++, batch, item };
      if (first.has(id)) countDuplicate(duplicates, claimed);
      else first.set(id, claimed);
    }
  }
  return { mine: [...first.values()], duplicates };
}

/** Without what another batch has claimed. Nobody's is mine, or will be. */
export function without({ mine, duplicates }: Claims, holderOf: (claimed: Claimed, i: number) => string | undefined) {
  const left: Claims = { mine: [], duplicates: new Map(duplicates) };
  for (const [i, claimed] of mine.entries()) {
    const holder = holderOf(claimed, i);
    if (holder === undefined || holder === claimed.batch.id || weakened('claims')) left.mine.push(claimed);
    else countDuplicate(left.duplicates, claimed);
  }
  return left;
}

/** Steps 1 and 2: repeats inside the batch are dropped, the rest is claimed. */
export async function claim(context: PipelineContext, batch: Batch): Promise<Claims> {
  const all = distinct([batch]);
  const answers = await claimAll(context, all.mine);
  return without(all, (_, i) => answers[i]?.batch);
}

/** Claims each for its batch; answers whose they are, in order. */
export async function claimAll({ store }: PipelineContext, mine: readonly Claimed[]): Promise<ClaimAnswer[]> {
  crashPoint('batch:before-claims');
  const answers = await store.claimMessages(mine.map(({ item, batch }) => claimOf(item, batch.id)));
  crashPoint('batch:after-claims');
  return answers;
}

function countDuplicate(duplicates: Claims['duplicates'], { batch, item }: Claimed): void {
  if (isFromOutside(item)) duplicates.set(batch, (duplicates.get(batch) ?? 0) + 1);
}

export function isWork(claimed: Claimed): claimed is Placed {
  return claimed.item.kind !== 'rejected';
}

/** What the receipt of these batches says, without what is given up. */
export function countsOf(
  { mine, duplicates }: Claims,
  batches: readonly Batch[],
  dead: ReadonlySet<string> = new Set(),
): Counts {
  const counts: Counts = { applied: 0, duplicate: 0, quarantined: 0, deadLettered: 0, emitted: 0 };
  for (const batch of batches) counts.duplicate += duplicates.get(batch) ?? 0;
  for (const { item, batch } of mine) if (batches.includes(batch)) countItem(item, counts, dead);
  return counts;
}

function countItem(item: BatchItem, counts: Counts, dead: ReadonlySet<string>): void {
  if (item.kind === 'rejected') counts.quarantined++;
  else if (item.kind === 'resume' || dead.has(item.event.id)) return;
  else if (item.kind === 'emitted') counts.emitted++;
  else {
    counts.applied++;
    // A replay moves one from the list where it was.
    if (item.kind === 'replay') counts[item.of.list === 'quarantine' ? 'quarantined' : 'deadLettered']--;
  }
}

import type { Batch, BatchItem } from '../events/batch.js';
import { LIMITS } from '../events/limits.js';
import type { Passages } from '../profiles/profile.js';
import type { Lease } from '../queue/port.js';
import type { Counts, DeadEvent, Receipt } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { weakened } from '../telemetry/weakened.js';
import type { PipelineContext } from './context.js';
import { claimId, claimOf, isFromOutside } from './items.js';
import { blamableAttempt, noteEnd } from './outages.js';
import { applyPart, type PartEnd, type Placed } from './part.js';
import { beginCarefully, endCarefully, takeCarefully } from './poison.js';

/** Begun more often than this, a batch is suspected of killing its worker and is taken event by event. */
const SUSPECT_AFTER = 3;
/** Items in one commit: with it, no profile takes more events in one write (design, "The commit"). */
const PART_ITEMS = 200;

/**
 * Does one batch: claims its messages, applies its items in order in parts of at most 200, and
 * leaves a receipt with the last part. Every step can be repeated after a crash at any line.
 */
export async function processBatch(context: PipelineContext, batch: Batch, lease: Lease): Promise<void> {
  try {
    await attempt(context, batch, lease);
  } catch (error) {
    noteEnd(lease, error);
    throw error;
  }
}

async function attempt(context: PipelineContext, batch: Batch, lease: Lease): Promise<void> {
  const begun = performance.now();
  const counts: Counts = { applied: 0, duplicate: 0, quarantined: 0, deadLettered: 0, emitted: 0 };
  // Asked at the first attempt too: a queue that was restored from an older state brings done batches back as new
  // ones, when their marks may be gone. Beside the claims it costs no time of its own.
  const [done, mine] = await Promise.all([
    context.store.hasReceipt(batch.partition, batch.id),
    claim(context, batch, counts),
  ]);
  const suspect = blamableAttempt(lease) > SUSPECT_AFTER;
  if (done) return suspect ? endCarefully(context, batch) : undefined;
  const work = mine.filter((placed): placed is Placed => placed.item.kind !== 'rejected');
  const dead = suspect ? await takeCarefully(context, batch, work, lease) : tooDeep(work, batch);
  for (const letter of dead) if (letter.fromOutside) counts.deadLettered++;
  const deadIds = new Set(dead.map((letter) => letter.letter.id));
  const alive = work.filter(({ item }) => item.kind === 'resume' || !deadIds.has(item.event.id));
  for (const { item } of mine) countItem(item, counts, deadIds);
  await removeReplayed(context, mine);
  crashPoint('batch:after-replay-removed');
  const nodes: Passages = Object.create(null);
  const last = (): PartEnd => ({
    quarantine: mine.flatMap(({ item }) => (item.kind === 'rejected' ? [item.rejected] : [])),
    deadLetters: dead.map(({ letter }) => letter),
    receipt: { ...of(batch), counts, nodes },
  });
  const size = suspect ? 1 : PART_ITEMS;
  for (let from = 0; from < Math.max(alive.length, 1); from += size) {
    const items = alive.slice(from, from + size);
    if (suspect && items[0]) await beginCarefully(context, batch, items[0].index);
    await applyPart(context, { batch, lease, items, nodes, ...(from + size >= alive.length && { last }) });
    crashPoint('batch:between-parts');
  }
  if (suspect) await endCarefully(context, batch);
  context.telemetry?.observer.batchDone({
    partition: batch.partition,
    items: batch.items.length,
    ms: performance.now() - begun,
    counts,
    replayed: countReplayed(mine, deadIds),
  });
}

function of({ id, partition, producer, accepted }: Batch): Omit<Receipt, 'counts' | 'nodes'> {
  return { batch: id, partition, producer, accepted };
}

/** Steps 1 and 2: repeats inside the batch are dropped, the rest is claimed. */
async function claim(
  context: PipelineContext,
  batch: Batch,
  counts: Counts,
): Promise<{ index: number; item: BatchItem }[]> {
  const first = new Map<string, number>();
  batch.items.forEach((item, index) => {
    const id = claimId(item);
    if (!first.has(id)) first.set(id, index);
    else if (isFromOutside(item)) counts.duplicate++;
  });
  const unique = [...first.values()].map((index) => ({ index, item: batch.items[index] as BatchItem }));
  crashPoint('batch:before-claims');
  const answers = await context.store.claimMessages(unique.map(({ item }) => claimOf(item, batch.id)));
  crashPoint('batch:after-claims');
  return unique.filter(({ item }, i) => {
    const mine = answers[i]?.batch === batch.id || weakened('claims');
    if (!mine && isFromOutside(item)) counts.duplicate++;
    return mine;
  });
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

function countReplayed(mine: readonly { item: BatchItem }[], dead: ReadonlySet<string>) {
  const replayed = { quarantined: 0, deadLettered: 0 };
  for (const { item } of mine) {
    if (item.kind !== 'replay' || dead.has(item.event.id)) continue;
    replayed[item.of.list === 'quarantine' ? 'quarantined' : 'deadLettered']++;
  }
  return replayed;
}

/** Flows that answer each other would go on for ever: an event emitted too deep is given up. */
function tooDeep(work: readonly Placed[], batch: Batch): { letter: DeadEvent; fromOutside: boolean }[] {
  return work.flatMap(({ item }) => {
    if (item.kind !== 'emitted' || (item.event.depth ?? 0) <= LIMITS.emitDepth) return [];
    const reason = `Emitted ${item.event.depth} flows deep; the limit is ${LIMITS.emitDepth}. Do flows answer each other?`;
    return [
      {
        letter: { id: item.event.id, event: item.event, reason, at: item.event.receivedAt, batch: batch.id },
        fromOutside: false,
      },
    ];
  });
}

/** Out of the lists first: the event is in the queue, and comes from there again after a crash. */
async function removeReplayed(context: PipelineContext, mine: readonly { item: BatchItem }[]): Promise<void> {
  for (const { item } of mine) {
    if (item.kind === 'replay') await context.store.removeRejected(item.of.list, item.of.id);
  }
}

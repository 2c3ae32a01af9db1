import type { Batch, BatchItem } from '../events/batch.js';
import { LIMITS } from '../events/limits.js';
import type { Passages } from '../profiles/profile.js';
import type { Lease } from '../queue/port.js';
import type { Counts, DeadEvent, Receipt } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { weakened } from '../telemetry/weakened.js';
import type { PipelineContext } from './context.js';
import { claimId, claimOf, isFromOutside, isTooDeep } from './items.js';
import { batchesBehind, joinedInVain } from './join.js';
import { blamableAttempt, noteEnd } from './outages.js';
import { applyPart, LeaseLost, type Part, type PartEnd, type Placed } from './part.js';
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
  const behind = await batchesBehind(context, batch, lease, PART_ITEMS);
  if (behind.length > 0) {
    if (await processTogether(context, [batch, ...behind], lease)) {
      // One that stays in the queue is found to have its receipt.
      await lease.drop(behind).catch(() => undefined);
      return;
    }
    joinedInVain(context, batch);
  }
  await processTogether(context, [batch], lease);
}

/** Does a batch, or several in one commit. False when several could not be done together: then nothing is written. */
async function processTogether(
  context: PipelineContext,
  batches: readonly [Batch, ...Batch[]],
  lease: Lease,
): Promise<boolean> {
  const begun = performance.now();
  const batch = joined(batches);
  const isJoined = batches.length > 1;
  const counts: Counts = { applied: 0, duplicate: 0, quarantined: 0, deadLettered: 0, emitted: 0 };
  // Asked at the first attempt too: a queue that was restored from an older state brings done batches back as new
  // ones, when their marks may be gone. Beside the claims it costs no time of its own.
  const [done, mine] = await Promise.all([
    context.store.hasReceipt(batch.partition, ...batches.map(({ id }) => id)),
    claim(context, batches, counts),
  ]);
  if (done && isJoined) return false;
  const suspect = blamableAttempt(lease) > SUSPECT_AFTER;
  if (done) {
    if (suspect) await endCarefully(context, batch);
    return true;
  }
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
    receipt: receiptOf(batches, counts, nodes),
  });
  const size = suspect ? 1 : PART_ITEMS;
  for (let from = 0; from < Math.max(alive.length, 1); from += size) {
    const items = alive.slice(from, from + size);
    const isLast = from + size >= alive.length;
    const part = { batch, lease, items, nodes, ...(isLast && { last }), ...(isJoined && { isJoined }) };
    const done = await (suspect
      ? context.turns.alone(() => applyCarefully(context, part))
      : context.turns.together(() => applyPart(context, part)));
    if (!done) return false;
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
  return true;
}

/** One event of a batch that is suspected, with a note before it: nobody else works here then, so a death is its own. */
async function applyCarefully(context: PipelineContext, part: Part): Promise<boolean> {
  const [first] = part.items;
  // Waiting for the turn took its time.
  if (part.lease.signal.aborted) throw new LeaseLost();
  if (first) await beginCarefully(context, part.batch, first.index);
  return await applyPart(context, part);
}

/** The batches as one, which has the first one's name. */
function joined(batches: readonly [Batch, ...Batch[]]): Batch {
  const [first] = batches;
  if (batches.length === 1) return first;
  const createdAt = Math.max(...batches.map((batch) => batch.createdAt));
  return { ...first, createdAt, items: batches.flatMap(({ items }) => items) };
}

function receiptOf([first, ...others]: readonly [Batch, ...Batch[]], counts: Counts, nodes: Passages): Receipt {
  const { id, partition, producer, accepted } = first;
  return {
    batch: id,
    partition,
    producer,
    accepted,
    counts,
    nodes,
    ...(others.length > 0 && {
      joined: others.map((other) => ({ batch: other.id, producer: other.producer, accepted: other.accepted })),
    }),
  };
}

/** Steps 1 and 2: repeats inside the batches are dropped, the rest is claimed, each by the batch in which it came. */
async function claim(
  context: PipelineContext,
  batches: readonly Batch[],
  counts: Counts,
): Promise<{ index: number; batch: string; item: BatchItem }[]> {
  const first = new Map<string, { index: number; batch: string; item: BatchItem }>();
  let index = 0;
  for (const { id: batch, items } of batches) {
    for (const item of items) {
      const id = claimId(item);
      if (!first.has(id)) first.set(id, { index, batch, item });
      else if (isFromOutside(item)) counts.duplicate++;
      index++;
    }
  }
  const unique = [...first.values()];
  crashPoint('batch:before-claims');
  const answers = await context.store.claimMessages(unique.map(({ item, batch }) => claimOf(item, batch)));
  crashPoint('batch:after-claims');
  return unique.filter(({ item, batch }, i) => {
    const mine = answers[i]?.batch === batch || weakened('claims');
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
    if (!isTooDeep(item)) return [];
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

import type { Batch, BatchItem } from '../events/batch.js';
import { LIMITS } from '../events/limits.js';
import type { Passages } from '../profiles/profile.js';
import type { Lease } from '../queue/port.js';
import type { DeadEvent } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { claim, countsOf, isWork, type Placed } from './claim.js';
import type { PipelineContext } from './context.js';
import { isTooDeep } from './items.js';
import { MOST_ITEMS, mayJoin } from './join.js';
import { blamableAttempt, noteEnd } from './outages.js';
import { applyPart, type Part, type PartEnd } from './part.js';
import { beginCarefully, endCarefully, takeCarefully } from './poison.js';
import { LeaseLost, verify } from './write.js';

/** Begun more often than this, a batch is suspected of killing its worker and is taken event by event. */
const SUSPECT_AFTER = 3;

/**
 * Does one batch, with others that this process has in its hands or by itself: claims its messages, applies its items in
 * order, and leaves a receipt. Every step can be repeated after a crash at any line.
 */
export async function processBatch(context: PipelineContext, batch: Batch, lease: Lease): Promise<void> {
  try {
    const alone = () => processAlone(context, batch, lease);
    await (mayJoin(context, batch, lease) ? context.gathering.do(context, batch, lease, alone) : alone());
  } catch (error) {
    noteEnd(lease, error);
    throw error;
  }
}

/** Does a batch in parts of at most 200 items; the receipt comes with the last one. */
async function processAlone(context: PipelineContext, batch: Batch, lease: Lease): Promise<void> {
  const begun = performance.now();
  const claims = await claim(context, batch);
  // Asked at the first attempt too: a queue that was restored from an older state brings done batches back as new ones.
  // And after the claims: a commit as a whole by whoever had the batch before may have been under way. It is there now, or
  // the claims are ours and it will not be.
  const isDone = await context.store.hasReceipt(batch);
  const suspect = blamableAttempt(lease) > SUSPECT_AFTER;
  if (isDone) {
    if (suspect) await endCarefully(context, batch);
    return;
  }
  const { mine } = claims;
  const trace = context.telemetry?.tracing?.current();
  const work = mine.filter(isWork).map((placed) => ({ ...placed, trace }));
  const dead = suspect ? await takeCarefully(context, batch, work, lease) : tooDeep(work, batch);
  const deadIds = new Set(dead.map((letter) => letter.letter.id));
  const alive = work.filter(({ item }) => item.kind === 'resume' || !deadIds.has(item.event.id));
  const counts = countsOf(claims, [batch], deadIds);
  for (const letter of dead) if (letter.fromOutside) counts.deadLettered++;
  await removeReplayed(context, mine, lease);
  crashPoint('batch:after-replay-removed');
  const nodes: Passages = Object.create(null);
  const { id, partition, producer, accepted } = batch;
  const last = (): PartEnd => ({
    quarantine: mine.flatMap(({ item }) => (item.kind === 'rejected' ? [item.rejected] : [])),
    deadLetters: dead.map(({ letter }) => letter),
    receipts: [{ batch: id, partition, producer, accepted, counts, nodes }],
  });
  const size = suspect ? 1 : MOST_ITEMS;
  for (let from = 0; from < Math.max(alive.length, 1); from += size) {
    const items = alive.slice(from, from + size);
    const isLast = from + size >= alive.length;
    const part = { batch, lease, items, nodes, ...(isLast && { last }) };
    await (suspect
      ? context.turns.alone(() => applyCarefully(context, part))
      : context.turns.together(() => applyPart(context, part)));
    crashPoint('batch:between-parts');
  }
  if (suspect) await endCarefully(context, batch);
  context.telemetry?.observer.batchDone({
    partition,
    items: batch.items.length,
    ms: performance.now() - begun,
    counts,
    replayed: countReplayed(mine, deadIds),
  });
}

/** One event of a batch that is suspected, with a note before it: nobody else works here then, so a death is its own. */
async function applyCarefully(context: PipelineContext, part: Part): Promise<void> {
  const [first] = part.items;
  // Waiting for the turn took its time.
  if (part.lease.signal.aborted) throw new LeaseLost();
  if (first) await beginCarefully(context, part.batch, first.index, part.lease);
  await applyPart(context, part);
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

/**
 * Out of the lists first: the event is in the queue, and comes from there again after a crash. But not when another has
 * done this batch meanwhile: what is in the list under that id may be newer.
 */
async function removeReplayed(
  context: PipelineContext,
  mine: readonly { item: BatchItem }[],
  lease: Lease,
): Promise<void> {
  const replays = mine.flatMap(({ item }) => (item.kind === 'replay' ? [item] : []));
  if (replays.length === 0) return;
  await verify([lease]);
  for (const { of } of replays) await context.store.removeRejected(of.list, of.id);
}

import type { Json } from '@tributary/sdk';
import type { Batch } from '../events/batch.js';
import { profilesNear } from '../identity/resolve.js';
import type { Lease } from '../queue/port.js';
import type { DeadEvent } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import type { Placed } from './claim.js';
import type { PipelineContext } from './context.js';
import { claimId, eventOf, isFromOutside } from './items.js';
import { endedByOutage, hasEnded } from './outages.js';

/** Deaths of the worker at one item before it is given up. */
const DEATHS = 2;
const KIND = 'suspect-batch';

interface Suspicion {
  /** The item that was begun last, or null between items. */
  at: number | null;
  /** Stalls of the batch when the note was written. */
  stalls?: number | undefined;
  /** Deaths by place in the batch. */
  deaths: { [index: string]: number };
}

export interface GivenUp {
  letter: DeadEvent;
  fromOutside: boolean;
}

/**
 * A batch that was begun again and again is taken item by item, with a note before each: the
 * note that is found at the next beginning says which item killed the worker. One that did so
 * twice goes to the dead letters (G6).
 */
export async function takeCarefully(
  context: PipelineContext,
  batch: Batch,
  work: readonly Placed[],
  lease: Lease,
): Promise<GivenUp[]> {
  const stored = await context.store.getRecord(KIND, batch.id);
  const suspicion = (stored?.body ?? { at: null, deaths: {} }) as unknown as Suspicion;
  if (suspicion.at !== null && speaksAgainst(suspicion, lease))
    suspicion.deaths[suspicion.at] = (suspicion.deaths[suspicion.at] ?? 0) + 1;
  suspicion.at = null;
  await write(context, batch.id, suspicion);
  const suspects = work.filter(({ index }) => (suspicion.deaths[index] ?? 0) >= DEATHS);
  const applied = await appliedOf(context, batch, suspects);
  return suspects.flatMap(({ index, item }) => {
    if (item.kind === 'resume' || applied.has(claimId(item))) return [];
    const reason = `The worker died ${suspicion.deaths[index]} times while it applied this event.`;
    const at = new Date().toISOString();
    return [
      {
        letter: { id: item.event.id, event: item.event, reason, at, batch: batch.id },
        fromOutside: isFromOutside(item),
      },
    ];
  });
}

/**
 * What the attempt that left its note says against the item. Under this lease: that it failed by itself, unless the store
 * was away. Under one before: that the worker died, unless it gave the batch back.
 */
function speaksAgainst({ stalls }: Suspicion, lease: Lease): boolean {
  if (hasEnded(lease)) return !endedByOutage(lease);
  return stalls === undefined || lease.stalls === undefined || lease.stalls > stalls;
}

/** The messages of these items that are in a profile already: what killed the worker came after them. */
async function appliedOf(context: PipelineContext, batch: Batch, suspects: readonly Placed[]): Promise<Set<string>> {
  if (suspects.length === 0) return new Set();
  const items = suspects.map(({ index, item }) => ({
    index,
    event: eventOf(item),
    extra: [],
    ...(item.kind === 'emitted' && { profile: item.profile }),
  }));
  const messages = new Set<string>();
  for (const { marks } of await profilesNear(context.store, context.rules, items)) {
    for (const mark of marks) if (mark.batch === batch.id) messages.add(mark.message);
  }
  return messages;
}

export async function beginCarefully(
  context: PipelineContext,
  batch: Batch,
  index: number,
  { stalls }: Lease,
): Promise<void> {
  const stored = await context.store.getRecord(KIND, batch.id);
  const deaths = (stored?.body as unknown as Suspicion | undefined)?.deaths ?? {};
  await write(context, batch.id, { at: index, stalls, deaths });
  crashPoint('careful:after-note');
}

export async function endCarefully(context: PipelineContext, batch: Batch): Promise<void> {
  await context.store.deleteRecord(KIND, batch.id);
}

async function write(context: PipelineContext, id: string, suspicion: Suspicion): Promise<void> {
  const stored = await context.store.getRecord(KIND, id);
  await context.store.putRecord(KIND, id, (stored?.rev ?? 0) + 1, suspicion as unknown as Json);
}

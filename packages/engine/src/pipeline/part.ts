import type { Batch } from '../events/batch.js';
import { resolve } from '../identity/resolve.js';
import { addPassages } from '../profiles/passages.js';
import type { Passages } from '../profiles/profile.js';
import type { Lease } from '../queue/port.js';
import type { Commit, Receipt } from '../storage/port.js';
import { weakened } from '../telemetry/weakened.js';
import type { Placed } from './claim.js';
import {
  addExtra,
  type Extra,
  firstHandOver,
  flowVersions,
  IDENTIFY_ROUNDS,
  OUTBOX_BYTES,
  resolveItems,
} from './compute.js';
import type { PipelineContext } from './context.js';
import { PartWork } from './work.js';
import { LeaseLost, verify, writeWork } from './write.js';

/** What goes with the last commit of a batch. */
export type PartEnd = Pick<Commit, 'quarantine' | 'deadLetters'> & { receipts: readonly [Receipt] };

export interface Part {
  batch: Batch;
  lease: Lease;
  items: readonly Placed[];
  /** Passages in the parts before, added to when the part is committed. */
  nodes: Passages;
  last?: () => PartEnd;
}

/**
 * Applies some items of a batch and commits them: resolve, load, compute, verify the lease,
 * write. A conflict begins again at identity resolution, from fresh state.
 */
export async function applyPart(context: PipelineContext, part: Part): Promise<void> {
  const { batch, lease, items } = part;
  const extra: Extra = new Map();
  const versions = await flowVersions(context, items);
  for (let round = 0; ; ) {
    if (lease.signal.aborted) throw new LeaseLost();
    const resolution = await resolve({
      store: context.store,
      rules: context.rules,
      batch: batch.id,
      from: items[0]?.index ?? 0,
      items: resolveItems(items, extra),
      confirm: () => verify([lease]),
    });
    const handOver = firstHandOver(items, resolution);
    if (handOver > 0 && !weakened('hand-over-split')) return applySplit(context, part, handOver);
    const work = new PartWork(context, batch, resolution, versions, items);
    for (const placed of items) work.take(placed);
    if (addExtra(extra, work) && round++ < IDENTIFY_ROUNDS) continue;
    if (items.length > 1 && work.largestOutbox() > OUTBOX_BYTES) return applySplit(context, part, items.length >> 1);
    const passed = work.nodes().get(batch.id) ?? {};
    const ended = part.last ? end(part, passed) : {};
    const { conflicts } = await writeWork(context, [lease], work.result(), ended);
    if (conflicts.length > 0) continue;
    if (!part.last) addPassages(part.nodes, passed);
    return;
  }
}

async function applySplit(context: PipelineContext, { last, ...part }: Part, at: number): Promise<void> {
  await applyPart(context, { ...part, items: part.items.slice(0, at) });
  await applyPart(context, { ...part, items: part.items.slice(at), ...(last && { last }) });
}

/** The receipt counts this part's passages too, however often the part is computed. */
function end({ last, nodes }: Part, own: Passages): PartEnd {
  const ended = (last as () => PartEnd)();
  const sum: Passages = Object.create(null);
  addPassages(sum, nodes);
  addPassages(sum, own);
  return { ...ended, receipts: [{ ...ended.receipts[0], nodes: sum }] };
}

import type { Batch } from '../events/batch.js';
import type { Directory } from '../identity/directory.js';
import { resolve } from '../identity/resolve.js';
import type { Passages } from '../profiles/profile.js';
import type { Lease } from '../queue/port.js';
import type { Commit, Receipt } from '../storage/port.js';
import { type Claims, claim, countsOf, isWork } from './claim.js';
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
import { LeaseLost, writeWork } from './write.js';

/** A batch in hand, and those behind it in its partition that are done with it. */
export interface Member {
  batch: Batch;
  lease: Lease;
  behind: readonly Batch[];
  trace?: string | undefined;
}

/** Commits that lose against another worker are computed once more. */
const TRIES = 2;

/**
 * Does batches of one or several partitions in one commit, which is written as a whole or not at all; answers those that
 * are done. A batch that joins people or moves a device is left out, with those behind it: it takes more than one write.
 * So are all of them when it cannot be done together: nothing is written then.
 */
export async function applyTogether(context: PipelineContext, members: readonly Member[]): Promise<ReadonlySet<Batch>> {
  const begun = performance.now();
  const batches = members.flatMap(({ batch, behind }) => [batch, ...behind]);
  // A queue that was restored from an older state brings done batches back as new ones.
  const [isDone, claims] = await Promise.all([context.store.hasReceipt(...batches), claim(context, batches)]);
  if (isDone) return new Set();
  const traces = new Map(members.flatMap(({ batch, behind, trace }) => [batch, ...behind].map((b) => [b, trace])));
  const placed = claims.mine.filter(isWork).map((each) => ({ ...each, trace: traces.get(each.batch) }));
  const versions = await flowVersions(context, placed);
  const extra: Extra = new Map();
  let left: readonly Batch[] = batches;
  let directory: Directory | undefined;
  for (let rounds = 0, tries = 0; left.length > 0; ) {
    const [lead] = left as [Batch];
    const items = placed.filter(({ batch }) => left.includes(batch));
    const { store, rules } = context;
    const toResolve = resolveItems(items, extra);
    const resolution = await resolve({
      ...{ store, rules, batch: lead.id, from: 0, items: toResolve, isPlain: true, directory },
    });
    directory = undefined;
    if ('refused' in resolution) {
      left = without(left, placed.find(({ index }) => index === resolution.refused)?.batch);
      // Nothing was changed in what was read.
      directory = resolution.directory;
      continue;
    }
    const handOver = firstHandOver(items, resolution);
    if (handOver > 0) {
      left = without(left, items[handOver]?.batch);
      continue;
    }
    const work = new PartWork(context, lead, resolution, versions, items);
    for (const each of items) work.take(each);
    if (addExtra(extra, work) && rounds++ < IDENTIFY_ROUNDS) continue;
    if (work.largestOutbox() > OUTBOX_BYTES) return new Set();
    const leases = members.filter(({ batch }) => left.includes(batch)).map(({ lease }) => lease);
    if (leases.some(({ signal }) => signal.aborted)) throw new LeaseLost();
    const counts = countsOf(claims, left);
    const end = endOf(claims, left, receiptOf(left, counts, work.nodes()));
    const { undone } = await writeWork(context, leases, work.result(), { ...end, whole: true });
    if (!undone) {
      tell(context, left, counts, begun);
      return new Set(left);
    }
    if (++tries === TRIES || (await context.store.hasReceipt(...left))) return new Set();
  }
  return new Set();
}

/** Without this batch and those of its partition that come after it. */
function without(batches: readonly Batch[], out: Batch | undefined): Batch[] {
  const at = batches.indexOf(out as Batch);
  return batches.filter(({ partition }, i) => partition !== out?.partition || i < at);
}

function endOf({ mine }: Claims, batches: readonly Batch[], receipt: Receipt): Partial<Commit> {
  const quarantine = mine.flatMap(({ item, batch }) =>
    item.kind === 'rejected' && batches.includes(batch) ? [item.rejected] : [],
  );
  return { quarantine, receipt };
}

function receiptOf(batches: readonly Batch[], counts: Receipt['counts'], nodes: Passages): Receipt {
  const [first, ...others] = batches.map(({ id, partition, producer, accepted }) => ({
    ...{ batch: id, partition, producer, accepted },
  }));
  return { ...(first as (typeof others)[number]), counts, nodes, joined: others };
}

function tell({ telemetry }: PipelineContext, batches: readonly Batch[], counts: Receipt['counts'], begun: number) {
  telemetry?.observer.batchDone({
    partition: (batches[0] as Batch).partition,
    items: batches.reduce((sum, { items }) => sum + items.length, 0),
    ms: performance.now() - begun,
    counts,
    replayed: { quarantined: 0, deadLettered: 0 },
  });
}

import type { Batch } from '../events/batch.js';
import { Directory } from '../identity/directory.js';
import { keysOf, resolve } from '../identity/resolve.js';
import type { Passages } from '../profiles/profile.js';
import type { Lease } from '../queue/port.js';
import type { Commit, Looked, Receipt } from '../storage/port.js';
import { weakened } from '../telemetry/weakened.js';
import { type Claims, countsOf, distinct, isWork, type Placed, without } from './claim.js';
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
import { claimId } from './items.js';
import { MOST_ITEMS } from './join.js';
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
 * Nothing is written and none are answered when they cannot be done together now.
 */
export async function applyTogether(
  context: PipelineContext,
  members: readonly Member[],
): Promise<ReadonlySet<Batch> | undefined> {
  const begun = performance.now();
  const batches = members.flatMap(({ batch, behind }) => [batch, ...behind]);
  const traces = new Map(members.flatMap(({ batch, behind, trace }) => [batch, ...behind].map((b) => [b, trace])));
  const all = distinct(batches);
  const items = all.mine.filter(isWork).map((each) => ({ ...each, trace: traces.get(each.batch) }));
  const extra: Extra = new Map();
  for (let tries = 0; tries < TRIES; tries++) {
    const looked = await look(context, batches, all, items, extra);
    // A queue that was restored from an older state brings done batches back as new ones.
    if (!looked || looked.isDone) return undefined;
    const claims = without(all, ({ item }) => looked.claims.get(claimId(item))?.batch);
    const computed = await compute(context, batches, claims, items, extra, looked);
    if (!computed) return new Set();
    const { left, work } = computed;
    const leases = members.filter(({ batch }) => left.includes(batch)).map(({ lease }) => lease);
    if (leases.some(({ signal }) => signal.aborted)) throw new LeaseLost();
    const counts = countsOf(claims, left);
    const more = endOf(claims, looked, left, receiptOf(left, counts, work.nodes()));
    const { undone } = await writeWork(context, leases, work.result({ isWhole: true }), { ...more, whole: true });
    if (undone) continue;
    tell(context, left, counts, begun);
    return new Set(left);
  }
  return undefined;
}

function look(
  context: PipelineContext,
  batches: readonly Batch[],
  all: Claims,
  items: readonly Placed[],
  extra: Extra,
) {
  return context.store.look?.({
    batches,
    claims: all.mine.map(({ item }) => claimId(item)),
    identifiers: [...new Set(keysOf(resolveItems(items, extra), context.rules))],
    profiles: resolveItems(items, extra).flatMap(({ profile }) => profile ?? []),
  });
}

/** Resolves and applies what is plain: the batches that are, and their work. */
async function compute(
  context: PipelineContext,
  batches: readonly Batch[],
  claims: Claims,
  all: readonly Placed[],
  extra: Extra,
  looked: Looked,
): Promise<{ left: readonly Batch[]; work: PartWork } | undefined> {
  const { store, rules } = context;
  const versions = await flowVersions(context, all);
  const mine = new Set(claims.mine.map(({ index }) => index));
  let directory = know(context, all, extra, looked);
  let rounds = 0;
  for (let left = batches; left.length > 0; ) {
    const [lead] = left as readonly [Batch];
    const items = all.filter(({ batch, index }) => mine.has(index) && left.includes(batch));
    const toResolve = resolveItems(items, extra);
    const resolution = await resolve({
      ...{ store, rules, batch: lead.id, from: 0, items: toResolve, isPlain: true, directory },
    });
    if ('refused' in resolution) {
      left = before(left, all.find(({ index }) => index === resolution.refused)?.batch);
      continue;
    }
    const handOver = firstHandOver(items, resolution);
    if (handOver > 0) {
      left = before(left, items[handOver]?.batch);
      continue;
    }
    const work = new PartWork(context, lead, resolution, versions, items);
    for (const each of items) work.take(each);
    if (addExtra(extra, work) && rounds++ < IDENTIFY_ROUNDS) {
      // The work has changed what was read.
      directory = new Directory(store);
      continue;
    }
    const isTooMuch = work.mostItems() > MOST_ITEMS || work.largestOutbox() > OUTBOX_BYTES;
    return isTooMuch ? undefined : { left, work };
  }
  return undefined;
}

function know({ store, rules }: PipelineContext, items: readonly Placed[], extra: Extra, looked: Looked): Directory {
  const directory = new Directory(store);
  directory.know(keysOf(resolveItems(items, extra), rules), looked);
  return directory;
}

/** Without this batch and those of its partition that come after it. */
function before(batches: readonly Batch[], out: Batch | undefined): Batch[] {
  const at = batches.indexOf(out as Batch);
  return batches.filter(({ partition }, i) => partition !== out?.partition || i < at);
}

function endOf({ mine }: Claims, { claims }: Looked, batches: readonly Batch[], receipt: Receipt): Partial<Commit> {
  const kept = mine.filter(({ batch }) => batches.includes(batch));
  const quarantine = kept.flatMap(({ item }) => (item.kind === 'rejected' ? [item.rejected] : []));
  if (weakened('claims')) return { quarantine, receipt };
  const wanted = kept.flatMap(({ item, batch }) => {
    const id = claimId(item);
    // Claimed by an attempt that was not finished.
    if (claims.has(id)) return [];
    return [{ id, batch: batch.id, ...(item.kind === 'rejected' && { state: 'quarantined' as const }) }];
  });
  return { quarantine, receipt, ...(wanted.length > 0 && { claims: wanted }) };
}

function receiptOf(batches: readonly Batch[], counts: Receipt['counts'], nodes: Passages): Receipt {
  const [first, ...joined] = batches.map(({ id, partition, producer, accepted }) => {
    return { batch: id, partition, producer, accepted };
  });
  return { ...(first as (typeof joined)[number]), counts, nodes, joined };
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

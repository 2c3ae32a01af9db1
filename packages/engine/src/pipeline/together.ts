import type { Batch } from '../events/batch.js';
import { Directory } from '../identity/directory.js';
import { keysOf, type Refusal, type Resolution, resolve } from '../identity/resolve.js';
import type { Lease } from '../queue/port.js';
import type { Commit, Looked, Receipt } from '../storage/port.js';
import { weakened } from '../telemetry/weakened.js';
import { type Claimed, type Claims, claimAll, countsOf, distinct, isWork, type Placed, without } from './claim.js';
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
 * Does batches of one or several partitions in one commit; answers those that are done. A batch that joins people or moves
 * a device is left out, with those behind it: it takes more than one write. None are answered when they cannot be done
 * together now. Where the store writes a commit as a whole, nothing is written then; elsewhere each of them finds what was
 * written of it in its claims and marks, as after a crash.
 */
export async function applyTogether(
  context: PipelineContext,
  members: readonly Member[],
): Promise<ReadonlySet<Batch> | undefined> {
  const begun = performance.now();
  const { store } = context;
  const batches = members.flatMap(({ batch, behind }) => [batch, ...behind]);
  const traces = new Map(members.flatMap(({ batch, behind, trace }) => [batch, ...behind].map((b) => [b, trace])));
  for (let tries = 0; tries < TRIES; tries++) {
    const asked = distinct(batches).mine;
    const looked = await look(context, batches, asked);
    // A queue that was restored from an older state brings done batches back as new ones.
    if (looked.isDone) return undefined;
    const fresh = notBegun(batches, looked);
    const all = distinct(fresh);
    const claims = without(all, ({ item }) => looked.claims.get(claimId(item))?.batch);
    const items = claims.mine.filter(isWork).map((each) => ({ ...each, trace: traces.get(each.batch) }));
    const { left, work } = await compute(context, fresh, items, know(context, asked, looked));
    if (!work) return new Set();
    const leases = members.filter(({ batch }) => left.includes(batch)).map(({ lease }) => lease);
    if (leases.some(({ signal }) => signal.aborted)) throw new LeaseLost();
    const ended = { quarantine: quarantineOf(claims, left), receipts: receiptsOf(claims, left, work) };
    if (store.writesWhole) {
      const whole = { ...ended, ...claimsOf(claims, left), whole: true } as const;
      if ((await writeWork(context, leases, work.result({ isWhole: true }), whole)).undone) continue;
    } else {
      if (!(await areClaimed(context, claims, left))) return undefined;
      if ((await writeWork(context, leases, work.result(), ended)).conflicts.length > 0) return undefined;
    }
    tell(context, claims, left, begun);
    return new Set(left);
  }
  return undefined;
}

function look({ store, rules }: PipelineContext, batches: readonly Batch[], asked: readonly Claimed[]) {
  const items = resolveItems(asked.filter(isWork), new Map());
  return store.look({
    batches,
    claims: asked.map(({ item }) => claimId(item)),
    identifiers: [...new Set(keysOf(items, rules))],
    profiles: items.flatMap(({ profile }) => profile ?? []),
  });
}

function know({ store, rules }: PipelineContext, asked: readonly Claimed[], looked: Looked): Directory {
  const directory = new Directory(store, rules);
  directory.know(keysOf(resolveItems(asked.filter(isWork), new Map()), rules), looked);
  return directory;
}

/** Without batches that have claimed something: an earlier attempt may have come to places that only they know. */
function notBegun(batches: readonly Batch[], { claims }: Looked): readonly Batch[] {
  return batches.reduce<readonly Batch[]>((left, batch) => {
    const isBegun = batch.items.some((item) => claims.get(claimId(item))?.batch === batch.id);
    return isBegun ? before(left, batch) : left;
  }, batches);
}

/** Resolves and applies what is plain: the batches that are, and their work. */
async function compute(
  context: PipelineContext,
  batches: readonly Batch[],
  all: readonly Placed[],
  looked: Directory,
): Promise<{ left: readonly Batch[]; work?: PartWork }> {
  const { store, rules } = context;
  const versions = await flowVersions(context, all);
  const extra: Extra = new Map();
  let directory = looked;
  let left = batches;
  for (let rounds = 0; left.length > 0; ) {
    const [lead] = left as readonly [Batch];
    const items = all.filter(({ batch }) => left.includes(batch));
    const toResolve = resolveItems(items, extra);
    const resolution = await resolve({
      ...{ store, rules, batch: lead.id, from: 0, items: toResolve, isPlain: true, directory },
    });
    const out = leftOut(items, resolution);
    if (out || 'refused' in resolution) {
      left = before(left, out);
      continue;
    }
    const work = new PartWork(context, lead, resolution, versions, items);
    for (const each of items) work.take(each);
    if (addExtra(extra, work) && rounds++ < IDENTIFY_ROUNDS) {
      // The work has changed what was read.
      directory = new Directory(store, rules);
      continue;
    }
    // What is handed over is in the documents of the profiles, unless its rows are written with them.
    if (!store.writesWhole && work.largestOutbox() > OUTBOX_BYTES) return { left };
    return { left, work };
  }
  return { left };
}

/** The first batch that cannot be written with those before it. */
function leftOut(items: readonly Placed[], resolution: Resolution | Refusal): Batch | undefined {
  if ('refused' in resolution) return items.find(({ index }) => index === resolution.refused)?.batch;
  const handOver = firstHandOver(items, resolution);
  if (handOver > 0) return items[handOver]?.batch;
  const taken = new Map<string, number>();
  return items.find(({ index }) => {
    const profile = resolution.profileOf(index);
    const n = (taken.get(profile) ?? 0) + 1;
    taken.set(profile, n);
    return n > MOST_ITEMS;
  })?.batch;
}

/** Without this batch and those of its partition that come after it. */
function before(batches: readonly Batch[], out: Batch | undefined): Batch[] {
  const at = batches.indexOf(out as Batch);
  return batches.filter(({ partition }, i) => partition !== out?.partition || i < at);
}

function quarantineOf(claims: Claims, batches: readonly Batch[]): Commit['quarantine'] {
  return ofThese(claims, batches).flatMap(({ item }) => (item.kind === 'rejected' ? [item.rejected] : []));
}

function receiptsOf(claims: Claims, batches: readonly Batch[], work: PartWork): Receipt[] {
  const nodes = work.nodes();
  return batches.map((batch) => {
    const { id, partition, producer, accepted } = batch;
    const counts = countsOf(claims, [batch]);
    return { batch: id, partition, producer, accepted, counts, nodes: nodes.get(id) ?? {} };
  });
}

/** The claims that are written with the commit. */
function claimsOf(claims: Claims, batches: readonly Batch[]): Pick<Commit, 'claims'> {
  const mine = ofThese(claims, batches).map(({ item, batch }) => {
    return { id: claimId(item), batch: batch.id, ...(item.kind === 'rejected' && { state: 'quarantined' as const }) };
  });
  return mine.length > 0 && !weakened('claims') ? { claims: mine } : {};
}

/** Claims what was free a moment ago; false when another was quicker with one. */
async function areClaimed(context: PipelineContext, claims: Claims, batches: readonly Batch[]): Promise<boolean> {
  const mine = ofThese(claims, batches);
  const answers = await claimAll(context, mine);
  return weakened('claims') || answers.every((answer, i) => answer.batch === mine[i]?.batch.id);
}

function ofThese({ mine }: Claims, batches: readonly Batch[]): Claimed[] {
  return mine.filter(({ batch }) => batches.includes(batch));
}

function tell({ telemetry }: PipelineContext, claims: Claims, batches: readonly Batch[], begun: number): void {
  const ms = performance.now() - begun;
  for (const batch of batches) {
    telemetry?.observer.batchDone({
      partition: batch.partition,
      items: batch.items.length,
      ms,
      counts: countsOf(claims, [batch]),
      replayed: { quarantined: 0, deadLettered: 0 },
    });
  }
}

import type { Batch } from '../events/batch.js';
import type { CompiledFlow, MissingFlow } from '../flows/index.js';
import type { ExtraIdentifier } from '../identity/plan.js';
import { type Resolution, resolve } from '../identity/resolve.js';
import { identifierKey } from '../identity/rules.js';
import type { Passages } from '../profiles/profile.js';
import type { Lease } from '../queue/port.js';
import type { Commit, CommitResult, Receipt } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { inSpan } from '../telemetry/tracing.js';
import { weakened } from '../telemetry/weakened.js';
import type { PipelineContext } from './context.js';
import { eventOf, type WorkItem } from './items.js';
import { addCounts } from './node-counts.js';
import { handedOver } from './weak-outbox.js';
import { PartWork } from './work.js';

export interface Placed {
  /** Place in the batch: it says what came before what when the batch is repeated. */
  index: number;
  /** The batch in which it came. */
  batch: string;
  item: WorkItem;
}

/** What goes with the last commit of a batch. */
export type PartEnd = Pick<Commit, 'quarantine' | 'deadLetters'> & { receipt: Receipt };

export interface Part {
  batch: Batch;
  lease: Lease;
  items: readonly Placed[];
  /** Passages in the parts before, added to when the part is committed. */
  nodes: Passages;
  last?: () => PartEnd;
  /** Its items are of several batches: it is written in one piece and at the first try, or not at all. */
  isJoined?: true;
}

/** Outbox bytes of one profile in one commit (design, "The commit"); above it the part is halved. */
const OUTBOX_BYTES = 1024 * 1024;
/** Identifiers that flows ask for can lead to others: so often is the part computed again for them. */
const IDENTIFY_ROUNDS = 10;

/** The lease on the batch was lost: somebody else works on it now. Nothing more may be written. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/**
 * Applies some items of a batch and commits them: resolve, load, compute, verify the lease,
 * write. A conflict begins again at identity resolution, from fresh state. False when a joined part could not be written.
 */
export async function applyPart(context: PipelineContext, part: Part): Promise<boolean> {
  const { batch, lease, items } = part;
  const extra = new Map<number, ExtraIdentifier[]>();
  const versions = await flowVersions(context, items);
  for (let round = 0; ; ) {
    if (lease.signal.aborted) throw new LeaseLost();
    const resolution = await resolve({
      store: context.store,
      rules: context.rules,
      batch: batch.id,
      from: items[0]?.index ?? 0,
      isPlain: part.isJoined,
      items: items.map(({ index, item }) => ({
        index,
        event: eventOf(item),
        extra: extra.get(index) ?? [],
        ...(item.kind === 'emitted' && { profile: item.profile }),
        ...(item.kind === 'resume' && { profile: item.resume.profile }),
      })),
    });
    if (!resolution) return false;
    const handOver = firstHandOver(items, resolution);
    if (handOver > 0 && !weakened('hand-over-split')) return applySplit(context, part, handOver);
    const work = new PartWork(context, batch, resolution, versions, items);
    for (const placed of items) work.take(placed);
    if (addExtra(extra, work) && round++ < IDENTIFY_ROUNDS) continue;
    if (items.length > 1 && work.largestOutbox() > OUTBOX_BYTES) return applySplit(context, part, items.length >> 1);
    const { commit, late } = handedOver(work.result());
    const ended = part.last ? end(part, work.nodes()) : {};
    crashPoint('part:before-verify');
    // After the reads: whoever owns the batch now has read no older state than this (design, step 4).
    if (!weakened('ownership-check') && !(await lease.verify())) throw new LeaseLost();
    crashPoint('part:before-commit');
    const whole = part.isJoined && { whole: true as const };
    const { conflicts, undone } = await write(context, { ...commit, ...ended, ...whole });
    crashPoint('part:after-commit');
    if (!undone && (late || commit.outbox.length > 0)) {
      crashPoint('part:before-hand-over');
      if (late) await write(context, late(conflicts));
      context.onHandOver();
    }
    if (conflicts.length > 0) context.onConflict(conflicts.length);
    if (undone) return false;
    if (conflicts.length > 0) continue;
    if (!part.last) addCounts(part.nodes, work.nodes());
    return true;
  }
}

async function write({ store, telemetry }: PipelineContext, commit: Commit): Promise<CommitResult> {
  const begun = performance.now();
  const facts = () => ({
    kind: 'client' as const,
    attributes: { partition: commit.partition, profiles: commit.profiles.length, events: commit.events.length },
  });
  const result = await inSpan(telemetry?.tracing, 'commit', facts, () => store.commit(commit));
  telemetry?.observer.committed(performance.now() - begun);
  return result;
}

async function applySplit(context: PipelineContext, { last, ...part }: Part, at: number): Promise<boolean> {
  if (part.isJoined) return false;
  await applyPart(context, { ...part, items: part.items.slice(0, at) });
  return applyPart(context, { ...part, items: part.items.slice(at), ...(last && { last }) });
}

/**
 * The first item whose partition key went to another profile earlier in this part; 0 when there is none. Profiles are
 * written each for itself: in one commit, the later event could be written while the earlier one is in conflict, and
 * come before it once the two profiles are merged (G2).
 */
function firstHandOver(items: readonly Placed[], resolution: Resolution): number {
  const profiles = new Map<string, string>();
  for (const [at, { index, item }] of items.entries()) {
    if (item.kind !== 'event' && item.kind !== 'replay') continue;
    const key = item.event.anonymousId ?? (item.event.userId as string);
    const profile = resolution.profileOf(index);
    const before = profiles.get(key);
    if (before !== undefined && before !== profile) return at;
    profiles.set(key, profile);
  }
  return 0;
}

/** The receipt counts this part's passages too, however often the part is computed. */
function end({ last, nodes }: Part, own: Passages): PartEnd {
  const ended = (last as () => PartEnd)();
  const sum: Passages = Object.create(null);
  addCounts(sum, nodes);
  addCounts(sum, own);
  return { ...ended, receipt: { ...ended.receipt, nodes: sum } };
}

/** True when flows asked for identifiers that were not yet taken into account. */
function addExtra(extra: Map<number, ExtraIdentifier[]>, work: PartWork): boolean {
  let added = false;
  for (const [index, wanted] of work.wanted) {
    const known = extra.get(index) ?? [];
    for (const identifier of wanted) {
      if (known.some((k) => identifierKey(k) === identifierKey(identifier) && k.force >= identifier.force)) continue;
      known.push(identifier);
      added = true;
    }
    extra.set(index, known);
  }
  return added;
}

/** Flow versions of the runs that go on in this part, by `flow@version`. */
async function flowVersions(
  context: PipelineContext,
  items: readonly Placed[],
): Promise<Map<string, CompiledFlow | MissingFlow>> {
  const versions = new Map<string, CompiledFlow | MissingFlow>();
  for (const { item } of items) {
    if (item.kind !== 'resume') continue;
    const { flow, version } = item.resume.run;
    const key = `${flow}@${version}`;
    if (versions.has(key)) continue;
    const found = await context.flows.version(flow, version);
    if (found) versions.set(key, found);
  }
  return versions;
}

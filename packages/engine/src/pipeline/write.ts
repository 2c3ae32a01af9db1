import type { Lease } from '../queue/port.js';
import type { Commit, CommitResult } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { inSpan } from '../telemetry/tracing.js';
import { weakened } from '../telemetry/weakened.js';
import type { PipelineContext } from './context.js';
import { handedOver } from './weak-outbox.js';

/** The lease on a batch was lost: somebody else works on it now. Nothing more may be written. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** Steps 4 to 6, after the reads: verifies the leases, writes, and says that something was handed over. */
export async function writeWork(
  context: PipelineContext,
  leases: readonly Lease[],
  work: Commit,
  more: Partial<Commit>,
): Promise<CommitResult> {
  const { commit, late } = handedOver(work);
  crashPoint('part:before-verify');
  // After the reads: whoever owns a batch now has read no older state than this (design, step 4).
  await verify(leases, more.whole);
  crashPoint('part:before-commit');
  const result = await writeLeased(context, { ...commit, ...more });
  crashPoint('part:after-commit');
  if (!result.undone && (late || commit.outbox.length > (result.leased?.length ?? 0))) {
    crashPoint('part:before-hand-over');
    if (late) await write(context, late(result.conflicts));
    context.onHandOver();
  }
  if (result.conflicts.length > 0) context.onConflict(result.conflicts.length);
  return result;
}

/**
 * Throws LeaseLost when one of them is not held any more. A commit as a whole is refused by the store when another has
 * begun one of its batches: what was so a moment ago will do.
 */
export async function verify(leases: readonly Lease[], whole = false): Promise<void> {
  if (weakened('ownership-check')) return;
  const held = await Promise.all(leases.map((lease) => lease.verify(whole)));
  if (!held.every(Boolean)) throw new LeaseLost();
}

/** With what it hands over already under a lease of ours. */
async function writeLeased(context: PipelineContext, commit: Commit): Promise<CommitResult> {
  const reservation = context.reserve?.(commit.outbox);
  if (!reservation) return write(context, commit);
  let result: CommitResult | undefined;
  try {
    result = await write(context, { ...commit, leased: reservation.leased });
    return result;
  } finally {
    if (result?.leased) reservation.confirm(result.leased);
    else reservation.release();
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

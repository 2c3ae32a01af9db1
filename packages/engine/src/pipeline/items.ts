import type { Event } from '@tributary/sdk';
import type { BatchItem } from '../events/batch.js';
import { LIMITS } from '../events/limits.js';
import type { MessageClaim } from '../storage/port.js';

/** An item that changes a profile: everything but what was rejected at the door. */
export type WorkItem = Exclude<BatchItem, { kind: 'rejected' }>;

/** The id under which an item is claimed: what is claimed once is applied once (G3). */
export function claimId(item: BatchItem): string {
  switch (item.kind) {
    case 'rejected':
      return `${item.rejected.source}:${item.rejected.messageId}`;
    case 'resume':
      return `resume:${item.resume.delivery}:${item.resume.attempt}`;
    default:
      return `${item.event.source}:${item.event.messageId}`;
  }
}

/** A replay takes its claim back from the quarantine or the dead letters. */
export function claimOf(item: BatchItem, batch: string): MessageClaim {
  const claim: MessageClaim = { id: claimId(item), batch };
  if (item.kind === 'replay') {
    claim.takeOver = { state: item.of.list === 'quarantine' ? 'quarantined' : 'dead' };
  }
  return claim;
}

export function eventOf(item: WorkItem): Event {
  return item.kind === 'resume' ? item.resume.run.event : item.event;
}

/** Emitted by a flow that was set off by a flow, and so on: too often. */
export function isTooDeep(item: BatchItem): item is Extract<BatchItem, { kind: 'emitted' }> {
  return item.kind === 'emitted' && (item.event.depth ?? 0) > LIMITS.emitDepth;
}

/** True for what G7 counts: what came from outside. */
export function isFromOutside(item: BatchItem): boolean {
  return item.kind === 'event' || item.kind === 'rejected';
}

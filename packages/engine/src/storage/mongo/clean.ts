import type { Store } from '../port.js';
import type { Collections } from './documents.js';
import type { EventMonths } from './months.js';

type Windows = Parameters<Store['clean']>[0];

/** Drops what is older than its window. */
export async function clean(c: Collections, months: EventMonths, windows: Windows): Promise<void> {
  const { claimsBefore, eventsBefore } = windows;
  await c.claims.deleteMany({ at: { $lt: claimsBefore } });
  await c.receipts.deleteMany({ at: { $lt: claimsBefore } });
  // Waits and emits are means; their rows only keep a repeated batch from making them again.
  await c.deliveries.deleteMany({
    kind: { $in: ['emit', 'wait'] },
    status: 'delivered',
    updatedAt: { $lt: new Date(claimsBefore).toISOString() },
  });
  if (eventsBefore !== undefined) await months.dropBefore(eventsBefore);
}

import type { OutboxEntry } from '../flows/run.js';
import { addPassages } from '../profiles/passages.js';
import type { Commit, Counts, DeliveryRow, Receipt } from './port.js';

/** The destination under which emitted events wait for their way back into a partition. */
export const EMIT_DESTINATION = 'tributary:emit';

/** The delivery row of an outbox entry, as it is handed over. */
export function rowOf(profile: string, entry: OutboxEntry): DeliveryRow {
  const emit = entry.kind === 'emit';
  return {
    v: 1,
    id: entry.key,
    kind: entry.kind,
    profile,
    partition: entry.partition,
    destination: emit ? EMIT_DESTINATION : entry.destination,
    status: 'pending',
    dueAt: Date.parse(emit ? entry.createdAt : entry.dueAt),
    attempts: [],
    entry,
    createdAt: entry.createdAt,
    updatedAt: entry.createdAt,
  };
}

/** The batches that a commit is of. */
export function batchesOf({ batch, receipts }: Commit): string[] {
  return receipts ? receipts.map((receipt) => receipt.batch) : [batch];
}

/** What receipts count together. */
export function sumOf(receipts: readonly Receipt[]): Pick<Receipt, 'counts' | 'nodes'> {
  const counts: Counts = { applied: 0, duplicate: 0, quarantined: 0, deadLettered: 0, emitted: 0 };
  const nodes: Receipt['nodes'] = Object.create(null);
  for (const receipt of receipts) {
    for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += receipt.counts[name];
    addPassages(nodes, receipt.nodes);
  }
  return { counts, nodes };
}

import type { OutboxEntry } from '../flows/run.js';
import type { DeliveryRow } from './port.js';

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

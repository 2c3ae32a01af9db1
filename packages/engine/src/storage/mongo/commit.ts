import { crashPoint } from '../../telemetry/crash-point.js';
import { columnKey, encode } from '../codec.js';
import type { Commit, CommitResult, StoredEvent } from '../port.js';
import { batchesOf } from '../rows.js';
import { markClaims } from './claims.js';
import { handOver } from './deliveries.js';
import type { Collections, EventDocument } from './documents.js';
import { insertIfAbsent } from './insert.js';
import { type EventMonths, monthOf } from './months.js';
import { writeProfiles } from './profiles.js';
import type { receiptCalls } from './receipts.js';
import { putRuns } from './runs.js';

/**
 * Steps 5 and 6 of the commit with nothing but writes of single documents. The profiles decide: whatever comes after
 * them follows from their marks and outbox, has an id of its own, and is inserted if absent, so a batch that died at any
 * line is repeated and ends in the same state.
 */
export async function commit(
  c: Collections,
  months: EventMonths,
  { leaveReceipts }: ReturnType<typeof receiptCalls>,
  batch: Commit,
): Promise<CommitResult> {
  if (batch.whole) throw new TypeError('MongoDB writes no commit as a whole: ask writesWhole first.');
  const conflicts = await writeProfiles(c, batch.profiles);
  const lost = new Set(conflicts);
  const taken = <T extends { profile: string }>(rows: T[]) => rows.filter(({ profile }) => !lost.has(profile));
  await crashPoint('mongo:profiles');
  await insertEvents(months, taken(batch.events));
  await crashPoint('mongo:events');
  await putRuns(
    c,
    taken(batch.runs).map(({ run }) => run),
  );
  await crashPoint('mongo:runs');
  // The claims say so before the rows can be seen: a replay of a row takes its claim over.
  const batches = batchesOf(batch);
  await markClaims(c, batches, batch.quarantine.map(messageOf), 'quarantined');
  await markClaims(
    c,
    batches,
    batch.deadLetters.map(({ event }) => messageOf(event)),
    'dead',
  );
  await crashPoint('mongo:claims');
  await insertRejected(c, batch);
  await crashPoint('mongo:rejected');
  const leased = await handOver(c, taken(batch.outbox), batch.leased);
  await crashPoint('mongo:outbox');
  if (batch.receipts && conflicts.length === 0) await leaveReceipts(batch.receipts);
  await crashPoint('mongo:receipt');
  return { conflicts, ...(batch.leased && { leased }) };
}

async function insertEvents(months: EventMonths, events: StoredEvent[]): Promise<void> {
  const byMonth = new Map<string, EventDocument[]>();
  for (const row of events) {
    const month = monthOf(row.event.receivedAt);
    const documents = byMonth.get(month) ?? [];
    documents.push({
      _id: columnKey(row.event.id),
      profile: columnKey(row.profile),
      sequence: row.sequence,
      body: encode(row),
    });
    byMonth.set(month, documents);
  }
  for (const [month, documents] of byMonth) await insertIfAbsent(await months.ensure(month), documents);
}

async function insertRejected(c: Collections, { quarantine, deadLetters }: Commit): Promise<void> {
  await insertIfAbsent(
    c.quarantine,
    quarantine.map((row) => ({ _id: columnKey(row.id), source: columnKey(row.source), body: encode(row) })),
  );
  await insertIfAbsent(
    c.deadLetters,
    deadLetters.map((row) => ({ _id: columnKey(row.id), source: columnKey(row.event.source), body: encode(row) })),
  );
}

function messageOf({ source, messageId }: { source: string; messageId: string }): string {
  return `${source}:${messageId}`;
}

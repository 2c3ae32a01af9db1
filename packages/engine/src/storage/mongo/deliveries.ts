import { columnKey, decode, encode } from '../codec.js';
import type { Commit, DeliveryChange, DeliveryRow } from '../port.js';
import { rowOf } from '../rows.js';
import type { Collections, DeliveryDocument } from './documents.js';
import { insertNew } from './insert.js';

type Progress = Pick<DeliveryRow, 'attempts' | 'result'>;

/** Step 6: outbox entries become rows, once for each key. Names the ones that are new and under `leased`. */
export async function handOver(c: Collections, outbox: Commit['outbox'], leased?: Commit['leased']): Promise<string[]> {
  const keys = new Map<string, string>();
  const documents = outbox.map(({ profile, entry }) => {
    const document = toDocument(rowOf(profile, entry));
    if (!leased?.docs.has(entry.key)) return document;
    keys.set(document._id, entry.key);
    return { ...document, lease: leased.lease, readyAt: leased.until };
  });
  const added = await insertNew(c.deliveries, documents);
  return added.flatMap(({ _id }) => keys.get(_id) ?? []);
}

export async function getDelivery(c: Collections, id: string): Promise<DeliveryRow | undefined> {
  const found = await c.deliveries.findOne({ _id: columnKey(id) });
  return found ? toRow(found) : undefined;
}

/** Stores the result of an attempt, if the lease still stands. */
export async function settleDelivery(
  c: Collections,
  id: string,
  lease: string,
  change: DeliveryChange,
): Promise<boolean> {
  if (change.closes) throw new TypeError('MongoDB closes no run with its delivery: ask closesRuns first.');
  for (;;) {
    const found = await c.deliveries.findOne({ _id: columnKey(id) });
    if (found?.lease !== lease) return false;
    const { attempts, result } = decode<Progress>(found.progress);
    const progress: Progress = { attempts: change.attempt ? [...attempts, change.attempt] : attempts };
    const latest = change.result ?? result;
    if (latest) progress.result = latest;
    const dueAt = change.dueAt ?? found.dueAt;
    const settled = await replaceUnder(c, found, {
      status: change.status,
      dueAt,
      ...next(change, found, dueAt),
      progress: encode(progress),
      updatedAt: change.now,
    });
    if (settled) return true;
  }
}

export async function renewDeliveries(c: Collections, ids: string[], lease: string, until: number): Promise<void> {
  if (ids.length === 0) return;
  const found = await c.deliveries
    .find({ _id: { $in: ids.map(columnKey) } }, { projection: { lease: 1, readyAt: 1, rev: 1 } })
    .toArray();
  const held = found.filter((row) => row.lease === lease && row.readyAt !== null);
  if (held.length === 0) return;
  const update = { $set: { readyAt: until }, $inc: { rev: 1 } };
  const updates = held.map(({ _id, rev }) => ({ updateOne: { filter: { _id, rev }, update } }));
  await c.deliveries.bulkWrite(updates, { ordered: false });
}

/** Makes a row due again that was given up, or (with `force`) one that was delivered. */
export async function replayDelivery(
  c: Collections,
  id: string,
  options: { now: string; force: boolean },
): Promise<boolean> {
  for (;;) {
    const found = await c.deliveries.findOne({ _id: columnKey(id) });
    if (!found) return false;
    if (found.status !== 'dead' && !(options.force && found.status === 'delivered')) return false;
    const dueAt = Date.parse(options.now);
    const { attempts } = decode<Progress>(found.progress);
    const replayed = await replaceUnder(c, found, {
      status: 'pending',
      dueAt,
      readyAt: dueAt,
      lease: null,
      progress: encode({ attempts } satisfies Progress),
      updatedAt: options.now,
    });
    if (replayed) return true;
  }
}

/** The row as the port gives it. */
export function toRow(document: DeliveryDocument): DeliveryRow {
  const { status, dueAt, updatedAt } = document;
  return {
    ...decode<DeliveryRow>(document.body),
    status,
    dueAt,
    updatedAt,
    ...decode<Progress>(document.progress),
  };
}

/** An answered row stays with its holder, who brings the result into the pipeline; else the lease ends here. */
function next(
  { status }: DeliveryChange,
  found: DeliveryDocument,
  dueAt: number,
): Pick<DeliveryDocument, 'readyAt' | 'lease'> {
  if (status === 'pending') return { readyAt: dueAt, lease: null };
  if (status === 'answered') return { readyAt: found.readyAt, lease: found.lease };
  return { readyAt: null, lease: null };
}

async function replaceUnder(
  c: Collections,
  { _id, rev }: DeliveryDocument,
  $set: Partial<DeliveryDocument>,
): Promise<boolean> {
  const result = await c.deliveries.updateOne({ _id, rev }, { $set, $inc: { rev: 1 } });
  return result.matchedCount === 1;
}

function toDocument(row: DeliveryRow): DeliveryDocument {
  const { attempts, result, ...rest } = row;
  return {
    _id: columnKey(row.id),
    kind: row.kind,
    profile: columnKey(row.profile),
    status: row.status,
    destination: columnKey(row.destination),
    flow: row.entry.kind === 'emit' ? null : columnKey(row.entry.run.flow),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    dueAt: row.dueAt,
    readyAt: row.dueAt,
    lease: null,
    rev: 1,
    progress: encode({ attempts, ...(result && { result }) } satisfies Progress),
    body: encode(rest),
  };
}

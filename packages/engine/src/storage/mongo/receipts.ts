import type { UpdateOneModel } from 'mongodb';
import { crashPoint } from '../../telemetry/crash-point.js';
import type { BatchName, Counts, Receipt, StoredAccounting } from '../port.js';
import { sumOf } from '../rows.js';
import type { AccountingDocument, Collections } from './documents.js';
import { insertIfAbsent } from './insert.js';
import { fieldName, fromFieldName } from './keys.js';
import { find, together } from './together.js';

/** How many batches the accounting document remembers itself; the receipts remember them for the window of claims. */
const RECENT = 200;

/**
 * G7: counts a batch once. The counters of a partition, the list of the batches counted last and a revision are one
 * document, changed by one update under its revision. A worker that slept between its look and its update finds the
 * revision moved, and looks again: in the list, and in the receipts when it slept so long that the list forgot.
 */
export function receiptCalls(c: Collections) {
  /** Partitions that this process has counted in last. */
  const ours = new Map<number, Ours>();
  const count = counter(c);

  /** True when one of these batches left its receipt. */
  async function hasReceipt(...batches: readonly BatchName[]): Promise<boolean> {
    const before = new Map(batches.map((batch) => [batch, ours.get(batch.partition)]));
    const found = await receiptsOf(c, batches);
    for (const [{ id }, row] of before) {
      if (!row || found.has(id)) continue;
      if (row.asked.size >= RECENT) row.asked.clear();
      row.asked.add(id);
    }
    return found.size > 0;
  }

  /** Those of a partition that are counted now; the others have their receipt already. */
  async function counted(partition: number, all: readonly Receipt[]): Promise<readonly Receipt[]> {
    const known = ours.get(partition);
    if (known) {
      const asked = all.filter(({ batch }) => known.asked.delete(batch));
      const open = [...asked, ...(await withoutReceipt(c, without(all, asked)))];
      if (open.length === 0) return [];
      const { rev } = known;
      if (await count({ partition, receipts: open, rev })) {
        known.rev = rev + 1;
        return open;
      }
    }
    for (;;) {
      const found = await c.accounting.findOne({ _id: partition }, { projection: { rev: 1, recent: 1 } });
      if (!found) {
        await insertIfAbsent(c.accounting, [blank(partition)]);
        continue;
      }
      const before = all.filter(({ batch }) => found.recent.includes(batch));
      if (before.length > 0 && !(await confirm(c, partition, before))) continue;
      const open = await withoutReceipt(c, without(all, before));
      if (open.length > 0 && !(await count({ partition, receipts: open, rev: found.rev }))) continue;
      const both = [...before, ...open];
      if (both.length > 0) ours.set(partition, { rev: found.rev + (open.length > 0 ? 1 : 0), asked: new Set() });
      return both;
    }
  }

  async function leaveReceipts(all: readonly Receipt[]): Promise<void> {
    const byPartition = new Map<number, Receipt[]>();
    for (const receipt of all) {
      const own = byPartition.get(receipt.partition);
      if (own) own.push(receipt);
      else byPartition.set(receipt.partition, [receipt]);
    }
    const open = await Promise.all([...byPartition].map(([partition, own]) => counted(partition, own)));
    const rows = open.flat().map(({ batch, partition }) => ({ _id: batch, partition, at: Date.now() }));
    if (rows.length === 0) return;
    await crashPoint('mongo:counted');
    // After the count, never before it: the list covers a crash between the two.
    await insertIfAbsent(c.receipts, rows);
  }

  return { hasReceipt, leaveReceipts };
}

/** While nobody else counts in a partition, what this process knows of it need not be asked again. */
interface Ours {
  /** The revision that our last count has left. */
  rev: number;
  /** Batches that had no receipt since the first count of this row. Whoever counts one of them moves the revision. */
  asked: Set<string>;
}

/**
 * The batches that were counted so that no failover can take it back: a receipt is written only after a majority has the
 * count. A batch that died between the two is repeated, and its count is found.
 */
async function receiptsOf(c: Collections, batches: readonly BatchName[]): Promise<Set<string>> {
  const ids = batches.map(({ id }) => id);
  const found = await find(c.receipts, ids);
  return new Set(batches.flatMap(({ id, partition }) => (found.get(id)?.partition === partition ? [id] : [])));
}

async function withoutReceipt(c: Collections, all: readonly Receipt[]): Promise<Receipt[]> {
  if (all.length === 0) return [];
  const found = await receiptsOf(
    c,
    all.map(({ batch, partition }) => ({ id: batch, partition })),
  );
  return all.filter(({ batch }) => !found.has(batch));
}

function without(all: readonly Receipt[], some: readonly Receipt[]): Receipt[] {
  return all.filter((each) => !some.includes(each));
}

/** What was read may not be on a majority yet. A write after it, acknowledged by a majority, says that it is. */
async function confirm(c: Collections, partition: number, receipts: readonly Receipt[]): Promise<boolean> {
  const recent = { $all: receipts.map(({ batch }) => batch) };
  const result = await c.accounting.updateOne({ _id: partition, recent }, { $inc: { confirmations: 1 } });
  return result.matchedCount === 1;
}

interface ToCount {
  partition: number;
  receipts: readonly Receipt[];
  /** The revision that they are counted under. */
  rev: number;
}

/** Counts batches of a partition; false when it is not sure that they are counted now. */
function counter(c: Collections): (some: ToCount) => Promise<boolean> {
  return together(c.accounting, async (all) => {
    const updates = all.map((some) => ({ updateOne: update(some) }));
    const { matchedCount } = await c.accounting.bulkWrite(updates, { ordered: false });
    return all.map(() => matchedCount === all.length);
  });
}

function update({ partition, receipts, rev }: ToCount): UpdateOneModel<AccountingDocument> {
  const batches = receipts.map(({ batch }) => batch);
  const { counts, nodes } = sumOf(receipts);
  const $inc: { [path: string]: number } = { rev: 1 };
  for (const [name, n] of Object.entries(counts)) $inc[`counts.${name}`] = n;
  for (const [node, n] of Object.entries(nodes)) $inc[`nodes.${fieldName(node)}`] = n;
  const $max: { [path: string]: number } = {};
  for (const { producer, accepted } of receipts) {
    const path = `accepted.${fieldName(producer)}`;
    // Workers make batches too, of what was accepted before: their names need no place here.
    if (accepted > ($max[path] ?? 0)) $max[path] = accepted;
  }
  return {
    filter: { _id: partition, rev, recent: { $nin: batches } },
    update: {
      $inc,
      ...(Object.keys($max).length > 0 && { $max }),
      $push: { recent: { $each: batches, $slice: -RECENT } },
    },
  };
}

/**
 * The sums over the partitions. A batch that left its receipt before they are read is in them; one that is counted while
 * we look is named in the document that counted it.
 */
export async function accounting(
  c: Collections,
  batches: readonly { id: string; partition: number }[] = [],
): Promise<StoredAccounting> {
  const asked = batches.map(({ id }) => id);
  const receipts = asked.length === 0 ? [] : await c.receipts.find({ _id: { $in: asked } }).toArray();
  const counted = new Set(receipts.map(({ _id }) => _id));
  const counts: Counts = { applied: 0, duplicate: 0, quarantined: 0, deadLettered: 0, emitted: 0 };
  const nodes = new Map<string, number>();
  const accepted = new Map<string, number>();
  const projection = asked.length === 0 ? { recent: 0 } : {};
  for (const part of await c.accounting.find({}, { projection }).toArray()) {
    const recent = new Set(part.recent);
    for (const { id, partition } of batches) if (partition === part._id && recent.has(id)) counted.add(id);
    for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += part.counts[name] ?? 0;
    for (const [name, n] of Object.entries(part.nodes)) {
      const node = fromFieldName(name);
      nodes.set(node, (nodes.get(node) ?? 0) + n);
    }
    for (const [name, n] of Object.entries(part.accepted)) accepted.set(`${fromFieldName(name)}/${part._id}`, n);
  }
  return { counts, accepted: Object.fromEntries(accepted), nodes: Object.fromEntries(nodes), counted };
}

function blank(partition: number): AccountingDocument {
  return { _id: partition, rev: 0, recent: [], counts: {}, accepted: {}, nodes: {} };
}

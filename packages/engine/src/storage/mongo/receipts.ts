import type { UpdateOneModel } from 'mongodb';
import { crashPoint } from '../../telemetry/crash-point.js';
import type { Counts, Receipt, StoredAccounting } from '../port.js';
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

  async function hasReceipt(partition: number, batch: string): Promise<boolean> {
    const before = ours.get(partition);
    const found = await isThere(c, partition, batch);
    if (!found && before) {
      if (before.asked.size >= RECENT) before.asked.clear();
      before.asked.add(batch);
    }
    return found;
  }

  /** Whether it is counted now; false when its receipt is there already. */
  async function counted(receipt: Receipt): Promise<boolean> {
    const { partition, batch } = receipt;
    const known = ours.get(partition);
    if (known) {
      if (!known.asked.delete(batch) && (await isThere(c, partition, batch))) return false;
      const { rev } = known;
      if (await count({ receipt, rev })) {
        known.rev = rev + 1;
        return true;
      }
    }
    for (;;) {
      const found = await c.accounting.findOne({ _id: partition }, { projection: { rev: 1, recent: 1 } });
      if (!found) await insertIfAbsent(c.accounting, [blank(partition)]);
      else if (found.recent.includes(batch)) {
        if (!(await confirm(c, partition, batch))) continue;
        ours.set(partition, { rev: found.rev, asked: new Set() });
        return true;
      } else if (await isThere(c, partition, batch)) return false;
      else if (await count({ receipt, rev: found.rev })) {
        ours.set(partition, { rev: found.rev + 1, asked: new Set() });
        return true;
      }
    }
  }

  async function leaveReceipt(receipt: Receipt): Promise<void> {
    if (!(await counted(receipt))) return;
    await crashPoint('mongo:counted');
    // After the count, never before it: the list covers a crash between the two.
    await insertIfAbsent(c.receipts, [{ _id: receipt.batch, partition: receipt.partition, at: Date.now() }]);
  }

  return { hasReceipt, leaveReceipt };
}

/** While nobody else counts in a partition, what this process knows of it need not be asked again. */
interface Ours {
  /** The revision that our last count has left. */
  rev: number;
  /** Batches that had no receipt since the first count of this row. Whoever counts one of them moves the revision. */
  asked: Set<string>;
}

/**
 * True when this batch was counted and no failover can take that back: a receipt is written only after a majority has
 * the count. A batch that died between the two is repeated, and its count is found.
 */
async function isThere(c: Collections, partition: number, batch: string): Promise<boolean> {
  return (await find(c.receipts, [batch])).get(batch)?.partition === partition;
}

/** What was read may not be on a majority yet. A write after it, acknowledged by a majority, says that it is. */
async function confirm(c: Collections, partition: number, batch: string): Promise<boolean> {
  const result = await c.accounting.updateOne({ _id: partition, recent: batch }, { $inc: { confirmations: 1 } });
  return result.matchedCount === 1;
}

interface ToCount {
  receipt: Receipt;
  /** The revision that it is counted under. */
  rev: number;
}

/** Counts a batch; false when it is not sure that it is counted now. */
function counter(c: Collections): (one: ToCount) => Promise<boolean> {
  return together(c.accounting, async (all) => {
    const updates = all.map((one) => ({ updateOne: update(one) }));
    const { matchedCount } = await c.accounting.bulkWrite(updates, { ordered: false });
    return all.map(() => matchedCount === all.length);
  });
}

function update({ receipt, rev }: ToCount): UpdateOneModel<AccountingDocument> {
  const { partition, batch, producer, accepted, counts, nodes } = receipt;
  const $inc: { [path: string]: number } = { rev: 1 };
  for (const [name, n] of Object.entries(counts)) $inc[`counts.${name}`] = n;
  for (const [node, n] of Object.entries(nodes)) $inc[`nodes.${fieldName(node)}`] = n;
  return {
    filter: { _id: partition, rev, recent: { $ne: batch } },
    update: {
      $inc,
      // Workers make batches too, of what was accepted before: their names need no place here.
      ...(accepted > 0 && { $max: { [`accepted.${fieldName(producer)}`]: accepted } }),
      $push: { recent: { $each: [batch], $slice: -RECENT } },
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

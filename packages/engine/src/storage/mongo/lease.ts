import { columnKey } from '../codec.js';
import type { DeliveryRow, LeaseQuery } from '../port.js';
import { toRow } from './deliveries.js';
import type { Collections, DeliveryDocument } from './documents.js';

/**
 * Leases due rows. Destinations are taken in turn: each call begins behind the last one that the call before it found,
 * so that with more due destinations than a call may take none waits for ever.
 */
export function leaser(c: Collections) {
  let last: string | undefined;

  async function leaseDeliveries(query: LeaseQuery): Promise<DeliveryRow[]> {
    const destinations = await dueDestinations(c, query, last);
    last = destinations.at(-1);
    const due = await Promise.all(destinations.map((destination) => dueRows(c, query, destination)));
    return take(c, query, due.flat());
  }

  return { leaseDeliveries };
}

/** One seek in the index for each destination, however long the backlog of one of them is (G6). */
async function dueDestinations(c: Collections, query: LeaseQuery, behind?: string): Promise<string[]> {
  const found = new Set<string>();
  const except = query.except.map(columnKey);
  let from = behind;
  let wrapped = behind === undefined;
  while (found.size < query.destinations) {
    const destination = { ...(from !== undefined && { $gt: from }), $nin: except };
    const [row] = await c.deliveries
      .find({ destination, readyAt: { $lte: query.now } }, { projection: { destination: 1 } })
      .sort({ destination: 1 })
      .limit(1)
      .toArray();
    if (row && !found.has(row.destination)) {
      found.add(row.destination);
      from = row.destination;
    } else if (wrapped) break;
    else {
      wrapped = true;
      from = undefined;
    }
  }
  return [...found];
}

async function dueRows(c: Collections, query: LeaseQuery, destination: string): Promise<DeliveryDocument[]> {
  const rows = await c.deliveries
    .find({ destination, readyAt: { $lte: query.now } })
    .sort({ readyAt: 1 })
    .limit(query.limit)
    .toArray();
  // mongo-java-server gives a row as it is by then, also when it is not due any more.
  return rows.filter(({ readyAt }) => readyAt !== null && readyAt <= query.now);
}

/** Compare-and-set of each row under its revision; what then stands under this lease is the caller's. */
async function take(c: Collections, query: LeaseQuery, due: DeliveryDocument[]): Promise<DeliveryRow[]> {
  if (due.length === 0) return [];
  const { lease } = query;
  const $set = { lease, readyAt: query.now + query.leaseMs };
  const updates = due.map(({ _id, rev }) => ({
    updateOne: { filter: { _id, rev }, update: { $set, $inc: { rev: 1 } } },
  }));
  const { matchedCount } = await c.deliveries.bulkWrite(updates, { ordered: false });
  if (matchedCount === due.length) return due.map(toRow);
  const ids = due.map(({ _id }) => _id);
  const found = await c.deliveries.find({ _id: { $in: ids } }, { projection: { lease: 1, rev: 1 } }).toArray();
  const revs = new Map(found.flatMap((row) => (row.lease === lease ? [[row._id, row.rev]] : [])));
  return due.filter(({ _id, rev }) => revs.get(_id) === rev + 1).map(toRow);
}

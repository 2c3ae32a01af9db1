import { columnKey, decode } from '../codec.js';
import { decodeCursor, toPage } from '../cursor.js';
import type { Page, PageQuery, StoredEvent } from '../port.js';
import type { EventDocument } from './documents.js';
import type { EventMonths } from './months.js';

const LIST = 'timeline';

/**
 * A timeline over all ids of a person, the latest receipt first. The cursor holds the month and the event's id, since
 * an id is made a moment before the receipt and can carry the time of the month before.
 */
export async function profileEvents(
  months: EventMonths,
  profiles: string[],
  query: PageQuery,
): Promise<Page<StoredEvent>> {
  const [fromMonth, fromId] = query.cursor === undefined ? [] : decodeCursor(LIST, 2, query.cursor);
  const found: { month: string; document: EventDocument }[] = [];
  const owners = profiles.map(columnKey);
  for (const month of await months.list()) {
    if (fromMonth !== undefined && month > fromMonth) continue;
    const missing = query.limit + 1 - found.length;
    if (missing <= 0) break;
    const before = month === fromMonth && fromId !== undefined ? { _id: { $lt: fromId } } : {};
    const documents = await months
      .get(month)
      .find({ profile: { $in: owners }, ...before })
      .sort({ _id: -1 })
      .limit(missing)
      .toArray();
    found.push(...documents.map((document) => ({ month, document })));
  }
  return toPage(
    found,
    query.limit,
    LIST,
    ({ month, document }) => [month, document._id],
    ({ document }) => decode<StoredEvent>(document.body),
  );
}

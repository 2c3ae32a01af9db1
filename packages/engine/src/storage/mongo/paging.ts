import type { Collection, Filter, Sort, WithId } from 'mongodb';
import { decodeCursor, toPage } from '../cursor.js';
import type { Page, PageQuery } from '../port.js';

interface List<D, T> {
  /** Its name in cursors. */
  list: string;
  item(document: D): T;
  /** Text fields by which it is sorted, the greatest first; the last one is `_id`. Default: `_id`. */
  fields?: (keyof D & string)[];
}

/** One page of a collection. */
export async function readPage<D extends { _id: string }, T>(
  collection: Collection<D>,
  filter: Filter<D>,
  query: PageQuery,
  { list, item, fields = ['_id'] }: List<NoInfer<D>, T>,
): Promise<Page<T>> {
  const after = query.cursor === undefined ? undefined : decodeCursor(list, fields.length, query.cursor);
  const where = after ? { $and: [filter, below(fields, after)] } : filter;
  const sort: Sort = fields.map((field) => [field, -1] as [string, -1]);
  const found = await collection
    .find<WithId<D>>(where as Filter<D>)
    .sort(sort)
    .limit(query.limit + 1)
    .toArray();
  const place = (document: D) => fields.map((field) => String(document[field]));
  return toPage(found as D[], query.limit, list, place, item);
}

/** What comes after this place: less in the first field, or equal in it and less in the next. */
function below(fields: string[], after: string[]): { [field: string]: unknown } {
  const branches = fields.map((field, i) => {
    const equal = fields.slice(0, i).map((earlier, j) => [earlier, after[j]]);
    return { ...Object.fromEntries(equal), [field]: { $lt: after[i] } };
  });
  // Said again for the first field alone: it is the bound from which an index scan can begin.
  return { [fields[0] ?? '_id']: { $lte: after[0] }, $or: branches };
}

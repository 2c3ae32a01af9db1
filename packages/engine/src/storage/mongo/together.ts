import type { Collection, Filter } from 'mongodb';
import { Joined } from '../joined.js';
import { translate } from './errors.js';
import { inTime } from './in-time.js';
import { oneEach } from './one-each.js';

/** Callers of one command. */
const MOST = 64;

/**
 * Makes one command of the calls of batches that are done at the same time: nothing but single documents is read or
 * written, so it does not matter who else is in it. `call` may be made again for one of them.
 */
export function together<I, O>(
  { db }: Pick<Collection, 'db'>,
  call: (inputs: readonly I[]) => Promise<readonly O[]>,
): (input: I) => Promise<O> {
  const joined = new Joined<I, O>(async (inputs) => {
    try {
      return await inTime(db.client, call(inputs));
    } catch (error) {
      throw translate(error);
    }
  }, MOST);
  return (input) => joined.do(input);
}

const finders = oneEach<(ids: string[]) => Promise<Map<string, unknown>>>();

/** Documents by their ids: those that are there. */
export async function find<T extends { _id: string }>(
  collection: Collection<T>,
  ids: string[],
): Promise<Map<string, T>> {
  if (ids.length === 0) return new Map();
  const finder = finders(collection, () =>
    together<string[], Map<string, T>>(collection, async (asked) => {
      const filter = { _id: { $in: [...new Set(asked.flat())] } } as Filter<T>;
      const found = new Map((await collection.find(filter).toArray()).map((one) => [one._id as string, one as T]));
      const mine = (own: string[]) => own.flatMap((id) => (found.has(id) ? [[id, found.get(id) as T] as const] : []));
      return asked.map((own) => new Map(mine(own)));
    }),
  );
  return (await finder(ids)) as Map<string, T>;
}

import type { Collection, OptionalUnlessRequiredId } from 'mongodb';
import { duplicatesOf, isDuplicate } from './errors.js';
import { oneEach } from './one-each.js';
import { together } from './together.js';

/** Inserts those that are not there; never changes one. True when all of them were new. */
export async function insertIfAbsent<T extends { _id: string | number }>(
  collection: Collection<T>,
  documents: T[],
): Promise<boolean> {
  return (await insertNew(collection, documents)).length === documents.length;
}

const inserters = oneEach<unknown>();

/**
 * Inserts those that are not there; never changes one. Gives the ones that were new; fewer when the command that they
 * shared had to be repeated.
 */
export async function insertNew<T extends { _id: string | number }>(
  collection: Collection<T>,
  documents: T[],
): Promise<T[]> {
  if (documents.length === 0) return documents;
  const inserter = inserters(collection, () =>
    together<T[], T[]>(collection, async (all) => {
      const added = new Set(await insert(collection, all.flat()));
      return all.map((own) => own.filter((document) => added.has(document)));
    }),
  );
  return (inserter as (documents: T[]) => Promise<T[]>)(documents);
}

/** The same, by themselves. */
export async function insert<T extends { _id: string | number }>(
  collection: Collection<T>,
  documents: T[],
): Promise<T[]> {
  try {
    await collection.insertMany(documents as OptionalUnlessRequiredId<T>[], { ordered: false });
    return documents;
  } catch (error) {
    // One duplicate does not stop the others: the insert is unordered, and any other fault is thrown.
    if (!isDuplicate(error)) throw error;
    const old = new Set(duplicatesOf(error));
    return documents.filter((_, at) => !old.has(at));
  }
}

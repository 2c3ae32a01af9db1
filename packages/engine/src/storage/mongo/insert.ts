import type { Collection, OptionalUnlessRequiredId } from 'mongodb';
import { duplicatesOf, isDuplicate } from './errors.js';

/** Inserts those that are not there; never changes one. True when all of them were new. */
export async function insertIfAbsent<T extends { _id: string | number }>(
  collection: Collection<T>,
  documents: T[],
): Promise<boolean> {
  return (await insertNew(collection, documents)).length === documents.length;
}

/** Inserts those that are not there; never changes one. Gives the ones that were new. */
export async function insertNew<T extends { _id: string | number }>(
  collection: Collection<T>,
  documents: T[],
): Promise<T[]> {
  if (documents.length === 0) return documents;
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

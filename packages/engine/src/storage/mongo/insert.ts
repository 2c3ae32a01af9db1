import type { Collection, OptionalUnlessRequiredId } from 'mongodb';
import { isDuplicate } from './errors.js';

/** Inserts those that are not there; never changes one. True when all of them were new. */
export async function insertIfAbsent<T extends { _id: string | number }>(
  collection: Collection<T>,
  documents: T[],
): Promise<boolean> {
  if (documents.length === 0) return true;
  try {
    await collection.insertMany(documents as OptionalUnlessRequiredId<T>[], { ordered: false });
    return true;
  } catch (error) {
    // One duplicate does not stop the others: the insert is unordered, and any other fault is thrown.
    if (!isDuplicate(error)) throw error;
    return false;
  }
}

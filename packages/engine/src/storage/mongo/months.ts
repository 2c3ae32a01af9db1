import type { Collection, Db } from 'mongodb';
import type { EventDocument } from './documents.js';

const PREFIX = 'events_';

/** Events are kept in a collection for each month of their receipt, so that retention drops whole collections. */
export function eventMonths(db: Db) {
  const ready = new Map<string, Collection<EventDocument>>();

  /** Names of the months that exist, newest first. */
  async function list(): Promise<string[]> {
    const found = await db.listCollections({}, { nameOnly: true }).toArray();
    const names = found.map(({ name }) => name).filter((name) => name.startsWith(PREFIX));
    return names.sort().reverse();
  }

  /** The collection of a month, with its index before its first event. */
  async function ensure(name: string): Promise<Collection<EventDocument>> {
    const known = ready.get(name);
    if (known) return known;
    const collection = db.collection<EventDocument>(name);
    await collection.createIndex({ profile: 1, _id: 1 });
    // Of several that came first at once, one is everybody's.
    const first = ready.get(name) ?? collection;
    ready.set(name, first);
    return first;
  }

  /** Drops the months that ended before this time. */
  async function dropBefore(time: number): Promise<void> {
    const kept = monthOf(new Date(time).toISOString());
    for (const name of await list()) {
      if (name >= kept) continue;
      ready.delete(name);
      await db.dropCollection(name);
    }
  }

  return { list, ensure, dropBefore, get: (name: string) => db.collection<EventDocument>(name) };
}

export type EventMonths = ReturnType<typeof eventMonths>;

/** `events_2026_11` for an event that was received in November 2026 (UTC). */
export function monthOf(receivedAt: string): string {
  return `${PREFIX}${receivedAt.slice(0, 4)}_${receivedAt.slice(5, 7)}`;
}

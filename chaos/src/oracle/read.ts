import type { Eye } from '../deployment/eye.js';
import type { Observed, ObservedEvent, ObservedHook, ObservedProfile } from './observed.js';

const LIMIT = 500;

interface Page<T> {
  items: T[];
  next: string | null;
}

/** Reads all pages, and keeps of each item what is asked for. */
async function all<T, R>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
  keep: (item: T) => R,
): Promise<R[]> {
  const items: R[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read({ limit: LIMIT, ...(cursor !== undefined && { cursor }) });
    for (const item of page.items) items.push(keep(item));
    cursor = page.next;
  }
  return items;
}

/** Reads everything that a deployment has made, through its store. */
export async function read(
  { engine, store }: Eye,
  hooks: readonly ObservedHook[],
  identifiers: Iterable<string>,
): Promise<Observed> {
  const profiles: ObservedProfile[] = [];
  for (const profile of await all(
    (page) => engine.profiles.list(page),
    (item) => item,
  )) {
    const timeline = await all((page) => engine.profiles.events(profile.id, page), slim);
    const ids = [profile.id, ...profile.absorbed.map(({ id }) => id)];
    const ledger = (await Promise.all(ids.map((id) => store.ledgerOf(id)))).flat().map(({ id }) => id);
    profiles.push({ ...profile, ledger, timeline } as unknown as ObservedProfile);
  }
  const lookups: Observed['lookups'] = {};
  for (const identifier of identifiers) lookups[identifier] = (await engine.profiles.byIdentifier(identifier))?.id;
  return {
    profiles,
    lookups,
    quarantine: await all(
      (page) => engine.effects.quarantine(page),
      ({ messageId }) => ({ messageId }),
    ),
    deadLetters: await all(
      (page) => engine.effects.deadLetters(page),
      ({ event: { messageId }, reason }) => ({ event: { messageId }, reason }),
    ),
    deliveries: await all(
      (page) => engine.effects.deliveries(page),
      ({ id, kind, status }) => ({ id, kind, status }),
    ),
    accounting: await engine.accounting(),
    hooks: [...hooks],
  };
}

/** A long run has a million of them: what nobody looks at is not kept. */
function slim(stored: object): ObservedEvent {
  const { profile, sequence, emitted, event } = stored as ObservedEvent;
  const { id, type, messageId, timestamp, anonymousId, userId, context } = event;
  return {
    profile,
    sequence,
    ...(emitted && { emitted }),
    event: {
      id,
      type,
      messageId,
      timestamp,
      ...(anonymousId !== undefined && { anonymousId }),
      ...(userId !== undefined && { userId }),
      context: { ...(context.copy !== undefined && { copy: context.copy }) },
    },
  };
}

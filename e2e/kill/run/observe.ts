import { setTimeout as sleep } from 'node:timers/promises';
import type { Observed, ObservedProfile } from '../oracle/observed.js';
import type { Api } from './api.js';

const LIMIT = 500;

interface Page<T> {
  items: T[];
  next: string | null;
}

async function all<T>(read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read({ limit: LIMIT, ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/** Waits until nothing moves any more; false when that takes longer than `ms`. */
export async function settled({ engine, queue }: Api, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  // Work is in the queue or in a row, and passes from one to the other: both are looked at twice.
  for (let quiet = 0; quiet < 3; ) {
    if (Date.now() > deadline) return false;
    const open = await Promise.all(
      (['pending', 'answered'] as const).map((status) => engine.effects.deliveries({ status, limit: 1 })),
    );
    const idle = (await queue.waiting()).length === 0 && open.every(({ items }) => items.length === 0);
    quiet = idle ? quiet + 1 : 0;
    await sleep(250);
  }
  return true;
}

/** Reads everything that the deployment says of itself. */
export async function observe({ engine, store }: Api, hooks: Observed['hooks'], identifiers: Iterable<string>) {
  const profiles: ObservedProfile[] = [];
  for (const profile of await all((page) => engine.profiles.list(page))) {
    const timeline = await all((page) => engine.profiles.events(profile.id, page));
    const ids = [profile.id, ...profile.absorbed.map(({ id }) => id)];
    const ledger = (await Promise.all(ids.map((id) => store.ledgerOf(id)))).flat().map(({ id }) => id);
    profiles.push({ ...profile, ledger, timeline } as unknown as ObservedProfile);
  }
  const lookups: Observed['lookups'] = {};
  for (const identifier of identifiers) lookups[identifier] = (await engine.profiles.byIdentifier(identifier))?.id;
  return {
    profiles,
    lookups,
    quarantine: await all((page) => engine.effects.quarantine(page)),
    deadLetters: await all((page) => engine.effects.deadLetters(page)),
    deliveries: await all((page) => engine.effects.deliveries(page)),
    accounting: await engine.accounting(),
    hooks,
  } satisfies Observed as Observed;
}

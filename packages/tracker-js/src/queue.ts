import type { Store } from './store.js';
import type { TrackedEvent } from './types.js';
import { attempt } from './win.js';

export interface Queue {
  /** `isProvisional`: it is completed when a batch is put together. */
  put(json: string, isProvisional: boolean): void;
  /**
   * The keys of the oldest events up to the limits. `isLast`: without the keys of `without`, only what fits, and the newest instead:
   * what lies here for longer was sent when its own page was left, and only the answer is missing.
   */
  taken(maxEvents: number, maxBytes: number, isLast?: boolean, without?: ReadonlySet<string>): string[];
  /** The event of a key. */
  read(key: string): string | undefined;
  /** How many of them were still there: the same event can be acknowledged twice. */
  remove(keys: string[]): number;
  /** How many there are; other tabs' entries count as of the last `take`. */
  count(): number;
  /** Looks again. */
  keys(): string[];
}

/** Length in UTF-8, which is what browsers count for keepalive. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/**
 * The events that are not acknowledged yet, oldest first. Each lies in localStorage under a key of its own:
 * tabs that add and remove at the same time cannot overwrite each other, and a page that is left behind
 * leaves its events to the next one.
 */
export function createQueue(
  store: Store,
  writeKey: string,
  tab: string,
  maxQueue: number,
  complete: (event: TrackedEvent) => TrackedEvent,
  onDrop: (count: number) => void,
): Queue {
  const prefix = `q.${writeKey}.`;
  let sequence = 1e4;
  let last = 0;
  let known: number | undefined;

  function remove(some: string[]): number {
    const present = some.filter(store.read);
    present.forEach(store.remove);
    return present.length;
  }

  /** Such an event lies there with a space before it, which JSON allows: to find them costs nothing. */
  function settle(key: string): void {
    const json = store.read(key);
    if (json?.[0] === ' ') attempt(() => store.write(key, JSON.stringify(complete(JSON.parse(json)))));
  }

  function keys(): string[] {
    const all = store.names(prefix).sort();
    // Less than none is none.
    const old = all.splice(0, all.length - maxQueue);
    if (old.length) onDrop(remove(old));
    // After every stored key, so that order survives a clock that was set back between two pages.
    last ||= +(all.at(-1)?.split('.').at(-3) as string) + 1 || 0;
    known = all.length;
    return all;
  }

  const count = () => known ?? keys().length;

  return {
    remove,
    count,
    keys,
    read: store.read,
    put(json, isProvisional) {
      count();
      last = Math.max(last, Date.now());
      store.write(`${prefix}${last}.${sequence++}.${tab}`, (isProvisional ? ' ' : '') + json);
      if (++(known as number) > maxQueue) keys();
    },
    taken(maxEvents, maxBytes, isLast, without) {
      const some: string[] = [];
      let bytes = 0;
      const all = keys();
      all.forEach(settle);
      for (const key of isLast ? all.reverse() : all) {
        if (some.length >= maxEvents) break;
        if (without?.has(key)) continue;
        const json = store.read(key) as string;
        // What lies in storage can have been changed by anyone; one broken entry must not spoil a batch.
        if (!attempt(() => JSON.parse(json))) {
          store.remove(key);
          continue;
        }
        bytes += byteLength(json) + 1;
        if (bytes > maxBytes && (isLast || some.length)) break;
        some.push(key);
      }
      return isLast ? some.reverse() : some;
    },
  };
}

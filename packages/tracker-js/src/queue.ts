import type { Env } from './env.js';
import type { KeyValue } from './storage.js';
import { uuid } from './uuid.js';

export interface Entry {
  key: string;
  json: string;
}

export interface Queue {
  add(json: string): void;
  /** The oldest entries up to the limits, leaving out the keys of `skip`. The first may exceed `maxBytes` unless `strict`. */
  take(limits: { maxEvents: number; maxBytes: number; strict?: boolean; skip?: ReadonlySet<string> }): Entry[];
  /** How many of them were still there: the same event can be acknowledged twice. */
  remove(entries: readonly Entry[]): number;
  /** How many there are; other tabs' entries count as of the last `take`. */
  size(): number;
}

/** Length in UTF-8, which is what browsers count for keepalive. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/**
 * The events that are not acknowledged yet, oldest first. Each lies in localStorage under a key of its own:
 * tabs that add and remove at the same time cannot overwrite each other, and a page that is left behind
 * leaves its events to the next one. What localStorage does not take stays in memory.
 */
export function createQueue(
  env: Env,
  store: KeyValue,
  { prefix, maxQueue, onDrop }: { prefix: string; maxQueue: number; onDrop: () => void },
): Queue {
  const memory = new Map<string, string>();
  const tab = uuid(env).slice(0, 8);
  let sequence = 0;
  // After every stored key, so that order survives a clock that was set back between two pages.
  const newest = store.keys(prefix).sort().at(-1)?.slice(prefix.length).split('.')[0];
  let last = newest ? Number(newest) + 1 || 0 : 0;
  let known = store.keys(prefix).length;

  function forget(key: string): void {
    store.remove(key);
    memory.delete(key);
  }

  function keys(): string[] {
    const all = [...store.keys(prefix), ...memory.keys()].sort();
    for (const key of all.splice(0, Math.max(0, all.length - maxQueue))) {
      forget(key);
      onDrop();
    }
    known = all.length;
    return all;
  }

  /** What lies in storage can have been changed by anyone; one broken entry must not spoil a batch. */
  function read(key: string): string | undefined {
    const json = memory.get(key) ?? store.get(key);
    try {
      if (json && typeof JSON.parse(json) === 'object') return json;
    } catch {}
    forget(key);
    return undefined;
  }

  return {
    add(json) {
      last = Math.max(last, env.now());
      const key = `${prefix}${String(last).padStart(13, '0')}.${(sequence++).toString(36).padStart(4, '0')}.${tab}`;
      if (!store.set(key, json)) memory.set(key, json);
      if (++known > maxQueue) keys();
    },
    take({ maxEvents, maxBytes, strict, skip }) {
      const entries: Entry[] = [];
      let bytes = 0;
      for (const key of keys()) {
        if (entries.length >= maxEvents) break;
        const json = skip?.has(key) ? undefined : read(key);
        if (!json) continue;
        bytes += byteLength(json) + 1;
        if (bytes > maxBytes && (strict || entries.length)) break;
        entries.push({ key, json });
      }
      return entries;
    },
    remove(entries) {
      const present = entries.filter(({ key }) => memory.has(key) || store.get(key) !== undefined);
      for (const { key } of present) forget(key);
      return present.length;
    },
    size: () => known,
  };
}

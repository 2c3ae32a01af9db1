import type { Env } from './env.js';

/** localStorage that never throws: it can be forbidden, full, or absent. */
export interface KeyValue {
  get(key: string): string | undefined;
  /** False when the value could not be kept. */
  set(key: string, value: string): boolean;
  remove(key: string): void;
  keys(prefix: string): string[];
}

function attempt<T>(fn: () => T, otherwise: T): T {
  try {
    return fn();
  } catch {
    return otherwise;
  }
}

export function safeStorage(env: Pick<Env, 'storage'>): KeyValue {
  const storage = attempt(() => env.storage() ?? undefined, undefined);
  return {
    get: (key) => attempt(() => storage?.getItem(key) ?? undefined, undefined),
    set: (key, value) =>
      attempt(() => {
        storage?.setItem(key, value);
        return !!storage;
      }, false),
    remove: (key) => attempt(() => storage?.removeItem(key), undefined),
    keys: (prefix) => attempt(() => Object.keys(storage ?? {}).filter((key) => key.startsWith(prefix)), []),
  };
}

/** The first-party cookie `name`, for browsers that give cookies and localStorage different lives. */
export function cookie(env: Pick<Env, 'document' | 'location'>, name: string) {
  return {
    get: (): string | undefined =>
      attempt(() => {
        const found = env.document.cookie.split('; ').find((part) => part.startsWith(`${name}=`));
        return found && decodeURIComponent(found.slice(name.length + 1));
      }, undefined),
    set: (value: string): void =>
      attempt(() => {
        // 400 days is the longest life that browsers grant.
        const secure = env.location.protocol === 'https:' ? '; Secure' : '';
        env.document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=34560000; SameSite=Lax${secure}`;
      }, undefined),
  };
}

import type { StorageKind } from './types.js';
import { attempt } from './win.js';

/** Every key and every cookie of the tracker begins so. */
const PREFIX = 'tributary_';
/** What is kept in a cookie, too: subdomains share it, and the collector can set it. */
const SHARED = ['aid', 'uid', 'ses', 'consent'];

/** What is remembered: in cookies and localStorage, in localStorage, or in the page's memory alone. */
export interface Store {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
  remove(key: string): void;
  names(prefix: string): string[];
  /** Does this as if consent were given: to look for an earlier grant, to clear away. */
  opened<T>(work: () => T): T;
  wiped(): void;
}

/** Never throws: browsers forbid storage, or it is full. What they do not take stays in memory. */
export function createStore(kind: StorageKind, isAllowed: () => boolean, cookieDomain: string | undefined): Store {
  const memory: Record<string, string> = {};
  let isOpen = false;

  const local = () => (kind !== 'memory' && (isOpen || isAllowed()) ? localStorage : undefined) as Storage;
  const hasCookie = (key: string) => kind === 'cookie' && (isOpen || isAllowed()) && SHARED.includes(key);
  const cookie = (key: string) =>
    attempt(() =>
      decodeURIComponent((new RegExp(`(^| )${PREFIX}${key}=([^;]*)`).exec(document.cookie) as string[])[2] as string),
    );
  /** In the widest domain that takes it, for subdomains to share: browsers refuse public suffixes (`co.uk`). */
  const setCookie = (key: string, value: string, age: number) =>
    attempt(() => {
      const labels = location.hostname.split('.');
      const domains = labels.map((_, i) => labels.slice(-1 - i).join('.'));
      // An empty domain is none: the host alone.
      for (const domain of cookieDomain ? [cookieDomain] : [...domains, '']) {
        // biome-ignore lint/suspicious/noDocumentCookie: the other API is not everywhere, and answers too late
        document.cookie = `${PREFIX}${key}=${encodeURIComponent(value)}; Path=/; Max-Age=${age}; SameSite=Lax; Domain=${domain}${
          location.protocol === 'https:' ? '; Secure' : ''
        }`;
        if (age && cookie(key) === value) break;
      }
    });

  const names = (prefix: string) =>
    [attempt(local) ?? {}, memory]
      .flatMap(Object.keys as (of: object) => string[])
      .filter((key) => key.startsWith(PREFIX + prefix))
      .map((key) => key.slice(PREFIX.length));

  function remove(key: string): void {
    if (hasCookie(key) && cookie(key)) setCookie(key, '', 0);
    delete memory[PREFIX + key];
    attempt(() => delete local()[PREFIX + key]);
  }

  function opened<T>(work: () => T): T {
    isOpen = true;
    try {
      return work();
    } finally {
      isOpen = false;
    }
  }

  return {
    read: (key) =>
      (hasCookie(key) && cookie(key)) ||
      // A grant that is gone from the cookie was taken back, perhaps on another subdomain; here lies a copy.
      (key === 'consent' && hasCookie(key)
        ? undefined
        : (attempt(() => local()[PREFIX + key]) ?? memory[PREFIX + key])),
    write(key, value) {
      // 400 days is the longest life that browsers grant. First the cookie: other tabs are told of what comes after.
      if (hasCookie(key) && (key === 'consent' || cookie(key) !== value)) setCookie(key, value, 34_560_000);
      memory[PREFIX + key] = value;
      attempt(() => {
        local()[PREFIX + key] = value;
        delete memory[PREFIX + key];
      });
    },
    remove,
    names,
    opened,
    wiped: () => opened(() => [...names(''), ...SHARED].forEach(remove)),
  };
}

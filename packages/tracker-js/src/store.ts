import type { StorageKind } from './types.js';
import { attempt } from './win.js';

/** Every key and every cookie of the tracker begins so. */
const PREFIX = 'tributary_';
/** What is kept in a cookie, too: subdomains share it, and the collector can set it. */
const SHARED = ['aid', 'uid', 'ses', 'consent'];

/** What is remembered: in cookies and localStorage, in localStorage, or in the page's memory alone. */
export interface Store {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(prefix: string): string[];
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
      decodeURIComponent(
        (new RegExp(`(?:^|; )${PREFIX}${key}=([^;]*)`).exec(document.cookie) as string[])[1] as string,
      ),
    );
  /** In the widest domain that takes it, for subdomains to share: browsers refuse public suffixes (`co.uk`). */
  const setCookie = (key: string, value: string, age: number) =>
    attempt(() => {
      const labels = location.hostname.split('.');
      const domains = labels.map((_, i) => `; Domain=${labels.slice(-1 - i).join('.')}`);
      for (const domain of cookieDomain ? [`; Domain=${cookieDomain}`] : [...domains, '']) {
        // biome-ignore lint/suspicious/noDocumentCookie: the other API is not everywhere, and answers too late
        document.cookie = `${PREFIX}${key}=${encodeURIComponent(value)}; Path=/; Max-Age=${age}; SameSite=Lax${domain}${
          location.protocol === 'https:' ? '; Secure' : ''
        }`;
        if (age && cookie(key) === value) break;
      }
    });

  const keys = (prefix: string) =>
    [...(attempt(() => Object.keys(local())) ?? []), ...Object.keys(memory)]
      .filter((key) => key.startsWith(PREFIX + prefix))
      .map((key) => key.slice(PREFIX.length));

  function remove(key: string): void {
    delete memory[PREFIX + key];
    attempt(() => local().removeItem(PREFIX + key));
    if (hasCookie(key) && cookie(key)) setCookie(key, '', 0);
  }

  function opened<T>(work: () => T): T {
    isOpen = true;
    const result = work();
    isOpen = false;
    return result;
  }

  return {
    get: (key) =>
      (hasCookie(key) && cookie(key)) || (attempt(() => local().getItem(PREFIX + key)) ?? memory[PREFIX + key]),
    set(key, value) {
      memory[PREFIX + key] = value;
      attempt(() => {
        local().setItem(PREFIX + key, value);
        delete memory[PREFIX + key];
      });
      // 400 days is the longest life that browsers grant.
      if (hasCookie(key) && cookie(key) !== value) setCookie(key, value, 34_560_000);
    },
    remove,
    keys,
    opened,
    wiped: () => opened(() => [...keys(''), ...SHARED].forEach(remove)),
  };
}

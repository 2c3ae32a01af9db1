/** Everything the tracker takes from the browser, in one place, so that a test can hand in its own. */
export interface Env {
  fetch(url: string, init?: RequestInit): Promise<Response>;
  document: Pick<Document, 'cookie' | 'title' | 'referrer' | 'visibilityState'>;
  location: Pick<Location, 'href' | 'pathname' | 'search' | 'protocol'>;
  navigator: { userAgent?: string; language?: string; locks?: Pick<LockManager, 'request'> };
  crypto: { randomUUID?: () => string; getRandomValues?: (array: Uint8Array<ArrayBuffer>) => Uint8Array } | undefined;
  /** A function, because reading `localStorage` throws where storage is forbidden. */
  storage(): Storage | undefined;
  timezone(): string | undefined;
  now(): number;
  random(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Listens on the window, or on the document for `visibilitychange`. */
  listen(event: string, fn: () => void): void;
}

/** The browser, or `undefined` where there is none (server rendering). */
export function browserEnv(): Env | undefined {
  if (typeof window === 'undefined' || typeof document === 'undefined') return undefined;
  return {
    fetch: (url, init) => window.fetch(url, init),
    document,
    location: window.location,
    navigator: window.navigator,
    crypto: window.crypto,
    storage: () => window.localStorage,
    timezone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: () => Date.now(),
    random: () => Math.random(),
    setTimeout: (fn, ms) => window.setTimeout(fn, ms),
    clearTimeout: (timer) => window.clearTimeout(timer as number),
    listen: (event, fn) => (event === 'visibilitychange' ? document : window).addEventListener(event, fn),
  };
}

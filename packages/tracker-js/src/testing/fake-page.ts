import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { buildSync } from 'esbuild';
import { fakeClock } from './fake-clock.js';
import { fakeDocument, fakeStorage } from './fake-document.js';

/** One request as the collector saw it. */
export interface Sent {
  url: string;
  keepalive: boolean;
  headers: unknown;
  credentials: RequestCredentials | undefined;
  body: { writeKey: string; sentAt: string; context: object; batch: Record<string, unknown>[] };
}

type Answer = Response | Error;

/** What outlives a page: cookies and localStorage. */
export interface Browser {
  cookies: Map<string, string>;
  stored: Map<string, string>;
}

export const newBrowser = (): Browser => ({ cookies: new Map(), stored: new Map() });

const entry = fileURLToPath(new URL('./entry.ts', import.meta.url));
const { outputFiles } = buildSync({
  entryPoints: [entry],
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'tested',
  target: 'es2021',
});
const script = new vm.Script(`${outputFiles[0]?.text}; tested`);

/** A page, with the tracker in it, in a browser with a clock that moves by hand and a collector that answers as it is told. */
export function fakePage(
  browser: Browser = newBrowser(),
  overrides: object = {},
  address = 'https://shop.example/mug?utm_campaign=spring&utm_source=news',
) {
  const sent: Sent[] = [];
  const answers: (() => Promise<Answer>)[] = [];
  const listeners = new Map<string, ((event: unknown) => void)[]>();
  const navigation: ((event: unknown) => void)[] = [];
  const clock = fakeClock();
  const location = new URL(address);
  const addEventListener = (type: string, fn: (event: unknown) => void) =>
    void listeners.set(type, [...(listeners.get(type) ?? []), fn]);
  const document = Object.defineProperty(fakeDocument(browser.cookies, addEventListener), 'URL', {
    get: () => location.href,
  });
  const navigate = (_state: unknown, _title: string, url: string) =>
    void Object.assign(location, { href: new URL(url, location).href });

  const globals = {
    document,
    location,
    addEventListener,
    navigation: { addEventListener: (_: 'navigate', fn: (event: unknown) => void) => void navigation.push(fn) },
    history: { state: null, pushState: navigate, replaceState: navigate },
    navigator: {
      userAgent: 'Fake/1',
      language: 'en-GB',
      locks: { request: async (_: string, _options: LockOptions, work: () => unknown) => work() },
    },
    screen: { width: 1280, height: 720 },
    devicePixelRatio: 2,
    localStorage: fakeStorage(browser.stored),
    sessionStorage: fakeStorage(new Map()),
    crypto: globalThis.crypto,
    URL,
    URLSearchParams,
    TextEncoder,
    Blob,
    Response,
    AbortController,
    AbortSignal: {},
    MutationObserver: class {
      observe() {}
    },
    ...clock.globals,
    async fetch(url: string, init?: RequestInit) {
      const body = init?.body ? JSON.parse(String(init.body)) : undefined;
      const { headers, credentials } = init ?? {};
      sent.push({ url, keepalive: init?.keepalive === true, headers, credentials, body });
      const answer = await (answers.shift() ?? (async () => new Response('{}')))();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const context = Object.defineProperties(globals, Object.getOwnPropertyDescriptors(overrides)) as typeof globals;
  const window = vm.createContext(Object.assign(context, { window: context, self: context }));
  vm.runInContext('Math.random = () => 0.5', window);
  const tested = script.runInContext(window) as typeof import('./entry.js');

  return {
    ...tested,
    ...clock,
    window: window as typeof globals & { tributary?: ReturnType<typeof tested.createTracker> },
    sent,
    browser,
    listeners,
    /** The listeners for navigations. */
    navigation,
    document,
    location,
    run: (code: string): unknown => vm.runInContext(code, window),
    /** The answers to the next requests, in order; without one it is 200. */
    answer: (...next: (Answer | Promise<Answer>)[]) => void answers.push(...next.map((one) => async () => one)),
    fire: (type: string, event: object = {}) => {
      for (const fn of listeners.get(type) ?? []) fn(event);
    },
    events: () => sent.flatMap((request) => request.body?.batch ?? []),
  };
}

export const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response('{}', { status: code, headers });

import type { Env } from '../env.js';

/** One request as the collector saw it. */
export interface Sent {
  url: string;
  keepalive: boolean;
  headers: unknown;
  body: { writeKey: string; sentAt: string; batch: Record<string, unknown>[] };
}

type Answer = Response | Error;

/** What outlives a page: cookies and localStorage. */
export interface Browser {
  cookies: Map<string, string>;
  stored: Map<string, string>;
}

export const newBrowser = (): Browser => ({ cookies: new Map(), stored: new Map() });

function storageOf(stored: Map<string, string>): Storage {
  const methods = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  // `Object.keys(localStorage)` lists the stored keys, so the fake must too.
  return new Proxy(methods, {
    ownKeys: () => [...stored.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  }) as unknown as Storage;
}

/** A page in a browser with a clock that moves by hand and a collector that answers as it is told. */
export function fakePage(browser: Browser = newBrowser(), overrides: Partial<Env> = {}) {
  const sent: Sent[] = [];
  const answers: (() => Promise<Answer>)[] = [];
  const listeners = new Map<string, (() => void)[]>();
  const timers = new Map<number, { at: number; fn: () => void }>();
  let clock = 1_700_000_000_000;
  let nextTimer = 1;
  const document = {
    title: 'Mug',
    referrer: 'https://search.example/',
    visibilityState: 'visible' as DocumentVisibilityState,
    get cookie() {
      return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    },
    set cookie(text: string) {
      const [name = '', value = ''] = (text.split(';')[0] ?? '').split('=');
      browser.cookies.set(name, value);
    },
  };
  const env: Env = {
    async fetch(url, init) {
      sent.push({
        url,
        keepalive: init?.keepalive === true,
        headers: init?.headers,
        body: init?.body ? JSON.parse(String(init.body)) : undefined,
      });
      const answer = await (answers.shift() ?? (async () => new Response('{}')))();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    document,
    location: {
      href: 'https://shop.example/mug?utm_campaign=spring&utm_source=news',
      pathname: '/mug',
      search: '?utm_campaign=spring&utm_source=news',
      protocol: 'https:',
    },
    navigator: { userAgent: 'Fake/1', language: 'en-GB' },
    crypto: globalThis.crypto,
    storage: () => storageOf(browser.stored),
    timezone: () => 'Europe/Vienna',
    now: () => clock,
    random: () => 0.5,
    setTimeout(fn, ms) {
      timers.set(nextTimer, { at: clock + ms, fn });
      return nextTimer++;
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    listen: (event, fn) => void listeners.set(event, [...(listeners.get(event) ?? []), fn]),
    ...overrides,
  };

  /** Lets promises settle. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    env,
    sent,
    browser,
    settle,
    listeners,
    document,
    /** The answers to the next requests, in order; without one it is 200. */
    answer: (...next: (Answer | Promise<Answer>)[]) => void answers.push(...next.map((one) => async () => one)),
    fire: (event: string) => {
      for (const fn of listeners.get(event) ?? []) fn();
    },
    /** Moves the clock and runs what became due. */
    async advance(ms: number) {
      const end = clock + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        clock = Math.max(clock, due[1].at);
        timers.delete(due[0]);
        due[1].fn();
        await settle();
      }
      clock = end;
      await settle();
    },
    events: () => sent.flatMap((request) => request.body?.batch ?? []),
  };
}

export const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response('{}', { status: code, headers });

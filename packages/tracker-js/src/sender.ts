import type { Env } from './env.js';
import { byteLength, type Entry, type Queue } from './queue.js';
import { backoff, isRetryable, retryAfter } from './retry.js';
import type { Stats } from './types.js';

/** Browsers let 64 KiB of keepalive requests be under way; the rest of it is left to other scripts. */
const KEEPALIVE_BUDGET = 60_000;
/** Half of the budget, so that what comes after a batch still finds room when the page is left. */
const BATCH_BYTES = 30_000;
const BATCH_EVENTS = 100;
/** `{"writeKey":…,"batch":[…],"sentAt":…}` around the events. */
const ENVELOPE = 300;
const TIMEOUT = 30_000;

export interface SenderOptions {
  url: string;
  writeKey: string;
  flushAt: number;
  flushDelay: number;
  stats: Stats;
}

export interface Sender {
  /** Something was added to the queue. */
  notify(): void;
  flush(): Promise<void>;
  /** Says that the page went out of sight, and may be gone in a moment, or that it came back. */
  hidden(isHidden: boolean): void;
}

/** Brings the queue to the collector: in order, one batch at a time, and by one tab at a time. */
export function createSender(env: Env, queue: Queue, options: SenderOptions): Sender {
  const { stats, writeKey } = options;
  /** The keys that are under way in requests which outlive the page. */
  const inFlight = new Set<string>();
  let inFlightBytes = 0;
  let failures = 0;
  let notBefore = 0;
  let timer: unknown;
  let timerAt = 0;
  let flushing: Promise<void> | undefined;
  let leaving: Promise<unknown> | undefined;
  let isHidden = false;

  function schedule(delay: number): void {
    const at = Math.max(env.now() + delay, notBefore);
    if (timer !== undefined && timerAt <= at) return;
    env.clearTimeout(timer);
    timerAt = at;
    timer = env.setTimeout(() => {
      timer = undefined;
      void flush();
    }, at - env.now());
  }

  function failed(asked: number): false {
    notBefore = env.now() + backoff(env, ++failures, asked);
    schedule(0);
    return false;
  }

  /** True when these entries are done with, be it by success or by a refusal that no repetition would change. */
  async function post(entries: Entry[], last = false): Promise<boolean> {
    const sentAt = new Date(env.now()).toISOString();
    const body = `{"writeKey":${JSON.stringify(writeKey)},"batch":[${entries.map((entry) => entry.json)}],"sentAt":"${sentAt}"}`;
    const bytes = byteLength(body);
    // Other scripts can have used up the browser's 64 KiB: then keepalive fails, and a plain repetition does not.
    const keepalive = (last || !failures) && inFlightBytes + bytes <= KEEPALIVE_BUDGET;
    if (keepalive) {
      inFlightBytes += bytes;
      for (const { key } of entries) inFlight.add(key);
    }
    const abort = new AbortController();
    const timeout = env.setTimeout(() => abort.abort(), TIMEOUT);
    try {
      // A string and no header of our own goes as text/plain, which needs no CORS preflight.
      const answer = await env.fetch(options.url, { method: 'POST', body, keepalive, signal: abort.signal });
      if (isRetryable(answer.status)) return failed(retryAfter(answer.headers.get('Retry-After'), env.now()));
      stats[answer.ok ? 'sent' : 'rejected'] += queue.remove(entries);
      failures = notBefore = 0;
      return true;
    } catch {
      return failed(0);
    } finally {
      env.clearTimeout(timeout);
      if (keepalive) {
        inFlightBytes -= bytes;
        for (const { key } of entries) inFlight.delete(key);
      }
    }
  }

  async function drain(): Promise<void> {
    for (;;) {
      await leaving;
      const entries = queue.take({ maxEvents: BATCH_EVENTS, maxBytes: BATCH_BYTES });
      if (!entries.length || !(await post(entries))) return;
    }
  }

  function flush(): Promise<void> {
    const { locks } = env.navigator;
    flushing ??= (
      locks ? Promise.resolve(locks.request(`tributary.${writeKey}`, drain)).catch(drain) : drain()
    ).finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  /** The last chance of this page, so it is taken even while the collector has asked to wait. */
  function leave(): void {
    const maxBytes = KEEPALIVE_BUDGET - inFlightBytes - ENVELOPE;
    const limits = { maxEvents: Number.POSITIVE_INFINITY, maxBytes, strict: true };
    const fresh = queue.take({ ...limits, skip: inFlight });
    if (!fresh.length) return;
    // With the batch that is under way if there is room: then the order is right whichever arrives first,
    // and the collector drops the repeats.
    const all = queue.take(limits);
    leaving = Promise.all([leaving, post(all.length === queue.size() ? all : fresh, true)]);
  }

  return {
    notify() {
      if (isHidden && !failures) leave();
      else schedule(queue.size() >= options.flushAt ? 0 : options.flushDelay);
    },
    flush,
    hidden(now) {
      isHidden = now;
      if (now) leave();
      else schedule(0);
    },
  };
}

import type { TakeTurn } from './lock.js';
import { byteLength, type Queue } from './queue.js';
import { backoff, isRetryable, retryAfter } from './retry.js';
import type { TrackerOptions } from './types.js';

/** Browsers let 64 KiB of keepalive requests be under way; the rest of it is left to other scripts. */
const KEEPALIVE_BUDGET = 60_000;
/** Half of the budget, so that what comes after a batch still finds room when the page is left. */
const BATCH_BYTES = 30_000;
const BATCH_EVENTS = 100;
/** What may go in one request when the page is left, by number and, outside of keepalive, by size. */
const LAST_EVENTS = 900;
const REST_BYTES = 400_000;
/** `{"writeKey":…,"batch":[…],"sentAt":…}` around the events. */
const ENVELOPE = 300;
const TIMEOUT = 30_000;

export interface Sender {
  /** Something was added to the queue. */
  notify(): void;
  flush(): Promise<void>;
  /** Listens for navigations: the next page is asked for, or another view of this one. */
  parting(event: unknown): void;
  /** Says that the page came back (0), went out of sight and may be gone in a moment (1), or is gone (2). */
  leaving(how: 0 | 1 | 2): void;
}

/** Brings the queue to the collector: in order, one batch at a time, and by one tab at a time. */
export function createSender(
  queue: Queue,
  [takeTurn, giveBack]: [TakeTurn, () => void],
  url: string,
  { writeKey, flushAt = 20, flushDelay = 250 }: TrackerOptions,
  isAllowed: () => boolean,
  onDone: (what: 'sent' | 'rejected', count: number) => void,
): Sender {
  /** The keys that are under way. */
  const inFlight = new Set<string>();
  let inFlightBytes = 0;
  let failures = 0;
  let notBefore = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let flushing: Promise<void> | undefined;
  let leaving: Promise<unknown> | undefined;
  let away = 0;

  function schedule(delay: number): void {
    const at = Math.max(Date.now() + delay, notBefore);
    if (at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timerAt = Number.POSITIVE_INFINITY;
      void flush();
    }, at - Date.now());
  }

  function failed(asked: number): void {
    notBefore = Date.now() + backoff(++failures, asked);
    schedule(0);
  }

  /** True when these events are done with, be it by success or by a refusal that no repetition would change. */
  async function post(keys: string[], isLast?: boolean, budget = KEEPALIVE_BUDGET): Promise<boolean | undefined> {
    const envelope = JSON.stringify({
      writeKey,
      sentAt: new Date(),
      // Not at the time of the call: the first look at Intl costs more than all the rest of the start.
      context: { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
      batch: [],
    }).slice(0, -2);
    const body = `${envelope + keys.map(queue.read)}]}`;
    const bytes = byteLength(body);
    // Other scripts can have used up the browser's 64 KiB: then keepalive fails, and a plain repetition does not.
    const keepalive = (isLast || !failures) && inFlightBytes + bytes <= budget;
    if (keepalive) inFlightBytes += bytes;
    if (keepalive || isLast) keys.forEach(inFlight.add, inFlight);
    try {
      // A string and no header of our own goes as text/plain, which needs no CORS preflight.
      const answer = await fetch(url, {
        method: 'POST',
        body,
        keepalive,
        // Old browsers have none; there the browser's own patience holds.
        signal: AbortSignal.timeout?.(TIMEOUT),
      });
      if (isRetryable(answer.status)) return void failed(retryAfter(answer.headers.get('Retry-After')));
      failures = notBefore = 0;
      onDone(answer.ok ? 'sent' : 'rejected', queue.remove(keys));
      return true;
    } catch {
      return void failed(0);
    } finally {
      if (keepalive) inFlightBytes -= bytes;
      keys.forEach(inFlight.delete, inFlight);
    }
  }

  async function drain(): Promise<void> {
    await leaving;
    if (!isAllowed()) return;
    const keys = queue.taken(BATCH_EVENTS, BATCH_BYTES);
    if (keys.length && (await post(keys))) await drain();
  }

  const flush = (): Promise<void> =>
    (flushing ??= takeTurn(drain)
      .catch(drain)
      .then((done) => {
        flushing = undefined;
        // Another tab was at it; should it die, this one goes on.
        if (done === false) schedule(2_000);
      }));

  /** The last chance of this page, so it is taken even while the collector has asked to wait. */
  function leave(isEarly?: unknown): void {
    if (!isAllowed()) return;
    const last = (keys: string[], budget?: number) => {
      if (keys.length) leaving = Promise.all([leaving, post(keys, true, budget)]);
    };
    const room = KEEPALIVE_BUDGET - inFlightBytes - ENVELOPE;
    const fresh = queue.taken(LAST_EVENTS, room, true, inFlight);
    const rest = (not: Iterable<string>, budget?: number) =>
      last(queue.taken(LAST_EVENTS, REST_BYTES, true, new Set(not)), budget);
    // What keepalive takes has time until the page is gone, or stays; the older ones go now, and leave its room alone.
    if (isEarly) {
      rest([...inFlight, ...fresh], 0);
      return;
    }
    const all = queue.taken(LAST_EVENTS, room, true);
    const fits = all.length === queue.count();
    // With the batch that is under way if there is room: then the order is right whichever arrives first,
    // and the collector drops the repeats.
    last(fits && fresh.length ? all : fresh);
    // What keepalive does not take may still make it; it stays stored until it is acknowledged.
    rest(inFlight);
    giveBack();
  }

  return {
    notify() {
      // When a page is gone, browsers tell it of its requests under way that they failed, whatever becomes of them.
      if (away > +!!failures) leave();
      else schedule(queue.count() < flushAt ? +flushDelay : 0);
    },
    flush,
    parting: leave,
    leaving(how) {
      // Some browsers hide the page after they have left it.
      away = how && Math.max(how, away);
      if (how) leave();
      else schedule(0);
    },
  };
}

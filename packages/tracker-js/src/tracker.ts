import { eventContext, pageInfo } from './context.js';
import type { Env } from './env.js';
import { createIdentity } from './identity.js';
import { createQueue } from './queue.js';
import { createSender } from './sender.js';
import { safeStorage } from './storage.js';
import type { Properties, PublicProfile, QueuedCall, Stats, Tracker, TrackerOptions } from './types.js';
import { uuid } from './uuid.js';

/** The tracker and the door for calls that were made before it was there. */
export interface Core {
  tracker: Tracker;
  run(call: QueuedCall): unknown;
}

export function createCore(options: TrackerOptions, env: Env): Core {
  const { writeKey, endpoint = '', flushAt = 20, flushDelay = 250, maxQueue = 1000 } = options;
  const base = endpoint.replace(/\/+$/, '');
  const stats: Stats = { sent: 0, dropped: 0, rejected: 0 };
  const store = safeStorage(env);
  const identity = createIdentity(env, store);
  const onDrop = () => {
    stats.dropped++;
  };
  const queue = createQueue(env, store, { prefix: `tributary_q.${writeKey}.`, maxQueue, onDrop });
  const sender = createSender(env, queue, { url: `${base}/v1/batch`, writeKey, flushAt, flushDelay, stats });
  let calledAt: number | undefined;

  /** Written out at once: what the page does with its objects afterwards does not reach the event. */
  function send(type: string, fields: Properties): void {
    try {
      queue.add(
        JSON.stringify({
          type,
          messageId: uuid(env),
          timestamp: new Date(calledAt ?? env.now()).toISOString(),
          anonymousId: identity.anonymousId(),
          userId: identity.userId(),
          ...fields,
          context: eventContext(env),
        }),
      );
    } catch {
      onDrop();
      return;
    }
    sender.notify();
  }

  function view(type: 'page' | 'screen', name?: string | Properties, properties?: Properties): void {
    const given = typeof name === 'string' ? properties : (properties ?? name);
    const label = typeof name === 'string' ? name : undefined;
    send(type, { name: label, properties: type === 'page' ? { ...pageInfo(env), ...given } : { ...given } });
  }

  const tracker: Tracker = {
    track: (event, properties) => send('track', { event, properties: { ...properties } }),
    page: (name?: string | Properties, properties?: Properties) => view('page', name, properties),
    screen: (name?: string | Properties, properties?: Properties) => view('screen', name, properties),
    identify(who?: string | number | Properties | null, traits?: Properties) {
      const named = typeof who === 'string' || typeof who === 'number';
      if (named && who !== '') identity.setUserId(String(who));
      send('identify', { traits: { ...(named ? traits : (traits ?? who)) } });
    },
    group: (groupId, traits) => send('group', { groupId, traits: { ...traits } }),
    alias: (userId, previousId) =>
      send('alias', { userId, previousId: previousId ?? identity.userId() ?? identity.anonymousId() }),
    reset: identity.reset,
    ready: (callback) => callback(tracker),
    async profile() {
      const query = new URLSearchParams({ writeKey, anonymousId: identity.anonymousId() });
      const answer = await env.fetch(`${base}/v1/profile?${query}`);
      if (!answer.ok) throw new Error(`Tributary answered ${answer.status} for the profile; check the write key`);
      return (await answer.json()) as PublicProfile;
    },
    flush: sender.flush,
    anonymousId: identity.anonymousId,
    userId: identity.userId,
    stats: () => ({ ...stats }),
  };

  env.listen('pagehide', () => sender.hidden(true));
  env.listen('pageshow', () => sender.hidden(false));
  env.listen('visibilitychange', () => sender.hidden(env.document.visibilityState === 'hidden'));
  env.listen('online', () => void sender.flush());
  // What earlier pages left behind.
  if (queue.size()) sender.notify();

  return {
    tracker,
    run(call) {
      const [name, ...args] = call;
      const method = Object.hasOwn(tracker, name) ? tracker[name as keyof Tracker] : undefined;
      calledAt = call.t;
      try {
        return (method as ((...args: unknown[]) => unknown) | undefined)?.(...args);
      } finally {
        calledAt = undefined;
      }
    },
  };
}

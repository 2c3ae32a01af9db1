import { createConsent } from './consent.js';
import { eventContext, origin, pageInfo } from './context.js';
import { createIdentity } from './identity.js';
import { createTurn } from './lock.js';
import { watchPages } from './pages.js';
import { createQueue } from './queue.js';
import { createSender } from './sender.js';
import { sessionOf } from './session.js';
import { createSignals } from './signals.js';
import { createStore } from './store.js';
import type {
  Consent,
  Inside,
  Module,
  ProfileReader,
  Properties,
  PublicProfile,
  QueuedCall,
  Stats,
  TrackedEvent,
  Tracker,
  TrackerOptions,
} from './types.js';
import { uuid } from './uuid.js';

/** How the module behind `profile` comes: it is loaded only when asked for. */
export type LoadProfile = () => Promise<{ default: (tracker: Tracker, inside: Inside) => ProfileReader }>;

/** The tracker and the doors for calls that were made before it was there, and for modules. */
export interface Core {
  tracker: Tracker;
  run(call: QueuedCall): unknown;
  extend(module: Module): void;
}

export function createCore(
  options: TrackerOptions,

  loadProfile: LoadProfile,
  tag: Inside['tag'] = {},
): Core {
  const { writeKey, endpoint = '', path = '/v1', maxQueue = 1000, plugins = [], sessionGap = 1_800_000 } = options;
  const base = endpoint.replace(/\/+$/, '') + path;
  const stats: Stats = { sent: 0, dropped: 0, rejected: 0 };
  const [on, emit] = createSignals();
  const chain = [...plugins];
  const tab = uuid().slice(0, 8);
  /** Events that wait for an answer about consent, or for a prerendered page to be shown. */
  let held: string[] = [];
  let call: QueuedCall | undefined;
  let reader: Promise<ProfileReader> | undefined;

  const consent = createConsent(options);
  const isAllowed = () => !!consent.allows() && !document.prerendering;
  const store = createStore(options.storage ?? 'cookie', isAllowed, options.cookieDomain);
  const { anonymousId, userId, setUserId, reset } = createIdentity(store);
  const onDrop = (count: number) => {
    stats.dropped += count;
    emit('dropped', count);
  };
  const queue = createQueue(store, writeKey, tab, maxQueue, onDrop);
  const turn = createTurn(store, writeKey, tab);
  const sender = createSender(queue, turn, `${base}/batch`, options, isAllowed, (count, isAccepted) => {
    stats[isAccepted ? 'sent' : 'rejected'] += count;
    if (isAccepted) emit('sent', count);
  });

  const consented = () => {
    const categoryPreferences = consent.preferences();
    return categoryPreferences && { consent: { categoryPreferences } };
  };

  /** Written out at once: what the page does with its objects afterwards does not reach the event. */
  function accept(event: TrackedEvent): void {
    const json = JSON.stringify(event);
    emit('event', event);
    if (isAllowed()) {
      queue.add(json);
      sender.notify();
    } else {
      held.push(json);
      onDrop(held.splice(0, consent.allows() === false ? 1 : held.length - maxQueue).length);
    }
  }

  const handOn =
    (index: number) =>
    (event: TrackedEvent): void =>
      (chain[index] ?? accept)(event, handOn(index + 1));

  function send(type: TrackedEvent['type'], fields: Properties): void {
    try {
      const { key, ...from } = origin();
      const [sessionId, isNew] = sessionOf(store, sessionGap, key);
      if (isNew) emit('session', sessionId);
      handOn(0)({
        type,
        messageId: call?.messageId ?? uuid(),
        timestamp: new Date(call?.t ?? Date.now()).toISOString(),
        anonymousId: anonymousId(),
        ...fields,
        userId: fields.userId ?? userId(),
        context: { ...eventContext(), ...from, sessionId, sessionStart: isNew || undefined, ...consented() },
      });
    } catch {
      onDrop(1);
    }
  }

  /** Sends or drops what was held, by the answer that there is now. */
  function settle(change: () => void): void {
    const temporary = anonymousId();
    const user = userId();
    change();
    const preferences = consent.preferences();
    if (consent.allows() === false) {
      onDrop(held.length + store.opened(queue.emptied));
      store.wiped();
    } else if (isAllowed()) {
      if (preferences) store.set('consent', JSON.stringify(preferences));
      // A visitor who was here before is known by the stored id; what was held meanwhile is theirs.
      const id = anonymousId();
      if (user) setUserId(user);
      for (const json of held) {
        const event = JSON.parse(json);
        if (event.anonymousId === temporary) event.anonymousId = id;
        Object.assign(event.context, consented());
        queue.add(JSON.stringify(event));
      }
      sender.notify();
    } else return;
    held = [];
  }

  /** A call that takes a name, an object, or both. */
  const caller =
    (type: TrackedEvent['type'], nameField: string, objectField: string) =>
    (name?: string | object | null, object?: object): void => {
      const isNamed = typeof name !== 'object';
      send(type, {
        [nameField]: isNamed && name ? `${name}` : undefined,
        [objectField]: { ...(type === 'page' && pageInfo()), ...(isNamed ? object : (object ?? name)) },
      });
    };
  const sendIdentity = caller('identify', 'userId', 'traits');

  const tracker: Tracker = {
    track: caller('track', 'event', 'properties'),
    page: caller('page', 'name', 'properties'),
    screen: caller('screen', 'name', 'properties'),
    identify(who?: string | object | null, traits?: object) {
      if (typeof who !== 'object' && who) setUserId(`${who}`);
      sendIdentity(who, traits);
    },
    group: caller('group', 'groupId', 'traits'),
    alias: (id, previousId = userId() ?? anonymousId()) => send('alias', { userId: id, previousId }),
    reset() {
      reset();
      emit('reset', anonymousId());
    },
    ready: (callback) => callback(tracker),
    on,
    consent(answer: Consent) {
      settle(() => consent.answer(answer));
      emit('consent', { ...consent.preferences() });
    },
    use: (plugin) => void chain.push(plugin),
    profile: (async (callback?: (profile: PublicProfile) => void) => {
      reader ??= loadProfile().then((module) => module.default(tracker, inside));
      const { get, watch } = await reader;
      return callback ? watch(callback) : get();
    }) as Tracker['profile'],
    flush: sender.flush,
    anonymousId,
    userId,
    stats: () => ({ ...stats }),
  };
  const inside: Inside = {
    writeKey,
    base,
    tag,
    isAllowed,
    store,
    setAnonymousId: (id) => store.set('aid', id),
  };
  const extend = (module: Module) => module(tracker, inside);

  consent.restore(store);
  if (consent.allows() === false) store.wiped();
  const listen = (target: EventTarget, type: string, listener: () => void) => target.addEventListener(type, listener);
  listen(document, 'prerenderingchange', () => settle(() => consent.restore(store)));
  listen(window, 'pagehide', () => sender.leaving(true));
  listen(window, 'pageshow', () => sender.leaving(false));
  listen(document, 'visibilitychange', () => sender.leaving(document.visibilityState === 'hidden'));
  listen(window, 'online', sender.flush);
  options.modules?.forEach(extend);
  // What earlier pages left behind.
  if (isAllowed() && queue.size()) void sender.flush();
  if (options.autoPage) watchPages(tracker.page, options.autoPage === 'changes');

  return {
    tracker,
    extend,
    run(next) {
      call = next;
      try {
        return (tracker as unknown as Record<string, (...args: unknown[]) => unknown>)[next.type]?.(...next.args);
      } finally {
        call = undefined;
      }
    },
  };
}

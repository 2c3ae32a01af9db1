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
import { attempt } from './win.js';

/** How the module behind `profile` comes: it is loaded only when asked for. */
export type LoadProfile = () => Promise<{ default: (tracker: Tracker, inside: Inside) => ProfileReader }>;

/** The tracker and the doors for calls that were made before it was there, and for modules. */
export interface Core {
  tracker: Tracker;
  /** One bad call of the page must not take the following ones with it: it is reported, and that is all. */
  run(call: QueuedCall): void;
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
  const tab = uuid();
  let call: QueuedCall | undefined;
  let kept: string | undefined;
  let reader: Promise<ProfileReader> | undefined;

  const consent = createConsent(options);
  const isAllowed = () => !!consent.allows() && !document.prerendering;
  const store = createStore(options.storage ?? 'cookie', isAllowed, options.cookieDomain);
  const { anonymousId, userId, setUserId, become, isProvisional, settled } = createIdentity(store);
  const tell = (what: keyof Stats, count: number) => {
    stats[what] += count;
    emit(what, count);
  };
  const onDrop = (count: number) => tell('dropped', count);
  /** What an event gets that had to wait: for the id that wins, for consent, for a prerendered page to be shown. */
  const complete = (event: TrackedEvent) => {
    event.anonymousId = settled();
    event.context = { ...event.context, ...consented() };
    return event;
  };
  const queue = createQueue(store, writeKey, tab, maxQueue, complete, onDrop);
  const turn = createTurn(store, writeKey, tab);
  const sender = createSender(queue, turn, `${base}/batch`, options, heed, tell);

  const consented = () => consent.preferences() && { consent: { categoryPreferences: consent.preferences() } };

  /** Written out at once: what the page does with its objects afterwards does not reach the event. */
  function accept(event: TrackedEvent): void {
    const json = JSON.stringify(event);
    emit('event', event);
    if (consent.allows() === false) onDrop(1);
    else {
      queue.put(json, isProvisional() || !isAllowed());
      sender.notify();
    }
  }

  const handOn =
    (index: number) =>
    (event: TrackedEvent): void =>
      (chain[index] ?? accept)(event, handOn(index + 1));

  function send(type: TrackedEvent['type'], fields: Properties): void {
    try {
      heed();
      if (type === 'identify' && fields.userId) setUserId(fields.userId as string);
      const { key, ...from } = origin();
      const [sessionId, isNew] = sessionOf(store, sessionGap, key);
      if (isNew) emit('session', sessionId);
      handOn(0)({
        type,
        messageId: call?.messageId ?? uuid(),
        timestamp: new Date(call?.timestamp ?? Date.now()).toISOString(),
        anonymousId: anonymousId(),
        ...fields,
        userId: fields.userId ?? userId(),
        context: { ...eventContext(), ...from, sessionId, sessionStart: isNew || undefined, ...consented() },
      });
    } catch {
      onDrop(1);
    }
  }

  /** Of a denial nothing is stored: that the grant is there no more tells the other tabs and subdomains. */
  function heed(): boolean {
    const now = store.read('consent');
    if (isAllowed() && now !== kept) tracker.consent(attempt(() => JSON.parse(now as string)) ?? 'denied');
    return isAllowed();
  }

  /** Sends or drops what is held in memory, by the answer that there is now. */
  function settle(change: () => void): void {
    const user = !isAllowed() && userId();
    change();
    if (consent.allows() === false) {
      onDrop(store.opened(queue.keys).length);
      store.wiped();
    } else if (isAllowed()) {
      // For later pages, and for other tabs to see when it is taken back.
      if (consent.preferences()) {
        store.write('consent', JSON.stringify(consent.preferences()));
        kept = store.read('consent');
      }
      // A visitor who was here before is known by the stored id; what was held meanwhile is theirs.
      if (user) setUserId(user);
      sender.notify();
    }
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

  const tracker: Tracker = {
    track: caller('track', 'event', 'properties'),
    page: caller('page', 'name', 'properties'),
    screen: caller('screen', 'name', 'properties'),
    identify: caller('identify', 'userId', 'traits'),
    group: caller('group', 'groupId', 'traits'),
    alias: (id, previousId = userId() ?? anonymousId()) => send('alias', { userId: id, previousId }),
    reset() {
      // What was made before is the visitor's who goes.
      queue.taken(0, 0);
      store.remove('ses');
      become(uuid());
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
    setAnonymousId: become,
  };
  const extend = (module: Module) => module(tracker, inside);

  // On their way down: so the window hears what the document is told, too.
  const listen = <E extends Event>(type: string, listener: (event: E) => void) =>
    addEventListener(type, listener as EventListener, true);
  const begin = () => settle(() => consent.restore(store));
  listen('prerenderingchange', begin);
  listen('pagehide', () => sender.leaving(2));
  listen('pageshow', () => sender.leaving(0));
  listen('visibilitychange', () => sender.leaving(+document.hidden as 0 | 1));
  // Before the next page is asked for, so that what is more than keepalive takes has time. A page may have a
  // `navigation` of its own.
  window.navigation?.addEventListener?.('navigate', sender.parting);
  listen('online', sender.flush);
  // Without a stored grant it is the id that is missing: only a denial takes it away.
  listen('storage', ({ key, newValue }: StorageEvent) => {
    if (heed() && key === 'tributary_aid') {
      if (newValue) anonymousId();
      else tracker.consent('denied');
    }
  });
  // Sends what earlier pages left behind, too.
  begin();
  options.modules?.forEach(extend);
  if (options.autoPage) watchPages(tracker.page, options.autoPage === 'changes');

  return {
    tracker,
    extend,
    run(next) {
      call = next;
      try {
        const answer = (tracker as unknown as Record<string, (...args: unknown[]) => unknown>)[next.type]?.(
          ...next.args,
        );
        next.done?.(answer);
      } catch (error) {
        void Promise.reject(error);
      }
      call = undefined;
    },
  };
}

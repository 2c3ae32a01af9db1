import { type InjectionKey, inject, onScopeDispose, type Plugin, readonly, type ShallowRef, shallowRef } from 'vue';
import { inertTracker } from './inert.js';
import type { EventMap, PublicProfile, Tracker } from './types.js';

const KEY: InjectionKey<Tracker> = Symbol('tributary');

/** What is needed of `vue-router`. */
interface Router {
  afterEach(guard: (to: { fullPath: string; name?: unknown }) => void): unknown;
}

/**
 * Gives the tracker to all components. With a router, each new path is a page view by the name of its route.
 *
 * @example createApp(App).use(router).use(tributary, { tracker, router })
 */
export const tributary: Plugin<[{ tracker: unknown; router?: Router }]> = {
  install(app, { tracker: given, router }) {
    const tracker = given as Tracker;
    app.provide(KEY, tracker);
    let seen: string | undefined;
    router?.afterEach(({ fullPath, name }) => {
      const path = fullPath.split('#')[0];
      if (path === seen) return;
      seen = path;
      if (typeof name === 'string') tracker.page(name);
      else tracker.page();
    });
  },
};

/** The tracker of the app; without one, a tracker that does nothing. */
export const useTributary = <E extends { [K in keyof E]: object | undefined } = EventMap>(): Tracker<E> =>
  inject(KEY, inertTracker, true) as unknown as Tracker<E>;

/** The visitor's segments and public traits; undefined until they are known. */
export function useProfile(): Readonly<ShallowRef<PublicProfile | undefined>> {
  const profile = shallowRef<PublicProfile>();
  const end = useTributary().profile((next) => {
    profile.value = next;
  });
  onScopeDispose(() => void end.then((stop) => stop()));
  return readonly(profile) as Readonly<ShallowRef<PublicProfile | undefined>>;
}

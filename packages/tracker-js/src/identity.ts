import type { Env } from './env.js';
import { cookie, type KeyValue } from './storage.js';
import { uuid } from './uuid.js';

const ANONYMOUS_ID = 'tributary_aid';
const USER_ID = 'tributary_uid';

export interface Identity {
  anonymousId(): string;
  userId(): string | undefined;
  setUserId(userId: string): void;
  reset(): void;
}

/**
 * The visitor's two ids. They are read from the browser at every call and not kept in a variable:
 * another tab can have logged out meanwhile, and its next event must not carry the old person.
 */
export function createIdentity(env: Env, store: KeyValue): Identity {
  const jar = cookie(env, ANONYMOUS_ID);
  let memoryAnonymousId: string | undefined;
  let memoryUserId: string | undefined;

  function keep(id: string): string {
    memoryAnonymousId = id;
    if (jar.get() !== id) jar.set(id);
    if (store.get(ANONYMOUS_ID) !== id) store.set(ANONYMOUS_ID, id);
    return id;
  }

  return {
    anonymousId: () => keep(jar.get() || store.get(ANONYMOUS_ID) || memoryAnonymousId || uuid(env)),
    userId: () => store.get(USER_ID) ?? memoryUserId,
    setUserId(userId) {
      memoryUserId = store.set(USER_ID, userId) ? undefined : userId;
    },
    reset() {
      store.remove(USER_ID);
      memoryUserId = undefined;
      keep(uuid(env));
    },
  };
}

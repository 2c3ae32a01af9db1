import type { Store } from './store.js';
import { uuid } from './uuid.js';

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
export function createIdentity(store: Store): Identity {
  function anonymousId(): string {
    const id = store.get('aid') ?? uuid();
    // Each of cookie and localStorage restores the other.
    store.set('aid', id);
    return id;
  }
  return {
    anonymousId,
    // It stands with the anonymousId that it belongs to: after a log-out on another subdomain, which this
    // page's localStorage did not see, it is nobody's.
    userId: () => {
      const owner = `${anonymousId()}/`;
      const kept = store.get('uid');
      return kept?.startsWith(owner) ? kept.slice(owner.length) : undefined;
    },
    setUserId: (userId) => store.set('uid', `${anonymousId()}/${userId}`),
    reset() {
      for (const key of ['uid', 'ses', 'aid']) store.remove(key);
    },
  };
}

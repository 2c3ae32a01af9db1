import type { Store } from './store.js';
import { uuid } from './uuid.js';

/** How long an id under which events were just sent is defended against a tab that was a moment late. */
const DEFENCE = 5_000;

export interface Identity {
  anonymousId(): string;
  userId(): string | undefined;
  setUserId(userId: string): void;
  /** Makes the visitor another one, who is nobody yet. */
  become(anonymousId: string): void;
  /** Whether this page has made the id, so that a tab which did the same at that moment can still win. */
  isProvisional(anonymousId: string): boolean;
  /** The id that has won, for events that are about to be sent: from now on it stays. */
  settled(): string;
}

/**
 * The visitor's two ids. They are read from the browser at every call and not kept in a variable:
 * another tab can have logged out meanwhile, and its next event must not carry the old person.
 *
 * Tabs that are opened at the same moment all find no id, and each makes one; the browser offers no way to be the only
 * one at once. So the id of a new visitor is provisional until a batch is put together (by one tab at a time): the one
 * that is stored then has won. A tab that was slower still and stores its own after that is overruled.
 */
export function createIdentity(store: Store): Identity {
  let made: string | undefined;
  let sent = '';
  let until = 0;
  /**
   * `anonymousId/userId`: it stands with the anonymousId that it belongs to. After a log-out on another subdomain,
   * which this page's localStorage did not see, it is nobody's.
   */
  const owned = () => store.read('uid') ?? '';

  function anonymousId(): string {
    let id = store.read('aid');
    if (!id) {
      made = uuid();
      id = made;
    }
    // An id that owns something was meant: by a log-out, a hand-over, an identify.
    if (!owned().startsWith(id)) {
      if (id !== sent && Date.now() < until) {
        id = sent;
        // Once, or two tabs that have both sent would overrule each other for ever.
        until = 0;
      }
      // Who was identified here meanwhile is the visitor of the id that won.
      if (made && owned().startsWith(made)) store.write('uid', id + owned().slice(made.length));
    }
    // Each of cookie and localStorage restores the other.
    store.write('aid', id);
    return id;
  }

  return {
    anonymousId,
    userId() {
      const id = anonymousId();
      return (owned().startsWith(id) && owned().slice(id.length + 1)) || undefined;
    },
    setUserId: (userId) => store.write('uid', `${anonymousId()}/${userId}`),
    become(id) {
      store.write('uid', `${id}/`);
      store.write('aid', id);
    },
    isProvisional: (id) => id === made,
    settled() {
      sent = anonymousId();
      until = Date.now() + DEFENCE;
      made = undefined;
      return sent;
    },
  };
}

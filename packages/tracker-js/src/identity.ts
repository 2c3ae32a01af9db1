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
  /** Whether another tab, which has made an id at the same moment, can still win. */
  isProvisional(): boolean;
  /** The id that has won, for events that are about to be sent: from now on it stays. */
  settled(): string;
}

/**
 * The visitor's two ids. They are read from the browser at every call and not kept in a variable:
 * another tab can have logged out meanwhile, and its next event must not carry the old person.
 *
 * Tabs that are opened at the same moment all find no id, and each makes one; the browser offers no way to be the only
 * one at once. So the id of a page's first events is provisional until a batch is put together (by one tab at a time): the
 * one that is stored then has won. A tab that was slower still and stores its own after that is overruled.
 */
export function createIdentity(store: Store): Identity {
  /** The id as of the last call, or the one that lost. */
  let seen = '-';
  let sent = '';
  let until = 0;
  /**
   * `anonymousId/userId`: it stands with the anonymousId that it belongs to. After a log-out on another subdomain,
   * which this page's localStorage did not see, it is nobody's. `anonymousId.userId` where the id was not just made but
   * meant, by a log-out or a hand-over: that is no race.
   */
  const owned = () => store.read('uid') ?? '';

  function anonymousId(): string {
    let id = store.read('aid');
    if (!id) {
      id = uuid();
      // Nothing is put back where somebody has cleared the browser, or taken back consent.
      until = 0;
    }
    if (!owned().startsWith(`${id}.`)) {
      // Once, or two tabs that have both sent would overrule each other for ever.
      if (id !== sent && Date.now() < until) [seen, id, until] = [id, sent, 0];
      // Who was identified meanwhile is the visitor of the id that won.
      if (owned().startsWith(seen)) store.write('uid', owned().replace(seen, id));
    }
    // Each of cookie and localStorage restores the other.
    store.write('aid', id);
    seen = id;
    return id;
  }

  return {
    anonymousId,
    userId() {
      const id = anonymousId();
      return owned().split(id)[1]?.slice(1) || undefined;
    },
    setUserId(userId) {
      const id = anonymousId();
      store.write('uid', id + (owned().split(id)[1]?.[0] ?? '/') + userId);
    },
    become(id) {
      store.write('uid', `${id}.`);
      store.write('aid', id);
    },
    isProvisional: () => !sent,
    settled() {
      sent = anonymousId();
      until = Date.now() + DEFENCE;
      return sent;
    },
  };
}

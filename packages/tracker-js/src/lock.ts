import type { Store } from './store.js';

/** Longer than a request may take. */
const LEASE = 35_000;

/** Does the work when it is this tab's turn; false when another tab is at it. */
export type TakeTurn = (work: () => Promise<void>) => Promise<unknown>;

/**
 * One tab at a time: by Web Locks, or where the browser has none (an insecure context, an old browser) by a note in
 * localStorage that the next tab believes until it is too old. Two tabs that err send the same messageIds, nothing worse.
 * The second function gives the turn back, or takes back that it was asked for, because the page may be gone in a moment.
 */
export function createTurn(store: Store, writeKey: string, tab: string): [TakeTurn, () => void] {
  const { locks } = navigator;
  const key = `lease.${writeKey}`;
  let turn: AbortController | undefined;
  const owner = () => (store.read(key) ?? '').split('.');

  const leave = () => {
    // A page that holds a lock has no place in the back/forward cache, nor has one that is granted it there.
    turn?.abort();
    if (owner()[0] === tab) store.remove(key);
  };
  const take: TakeTurn = async (work) => {
    if (locks) {
      turn = new AbortController();
      // The controller has the `signal` that the options want.
      return locks.request(
        key,
        turn,
        () =>
          new Promise<unknown>((resolve, reject) => {
            (turn as AbortController).signal.onabort = resolve;
            work().then(resolve, reject);
          }),
      );
    }
    if (owner()[0] !== tab && +(owner()[1] as string) > Date.now()) return false;
    store.write(key, `${tab}.${Date.now() + LEASE}`);
    // Whoever wrote last has it. Tabs are processes: on a busy machine each sees the other's note some moments later.
    await new Promise((resolve) => setTimeout(resolve, 45));
    return owner()[0] === tab && work().then(leave);
  };
  return [take, leave];
}

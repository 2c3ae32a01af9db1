import type { Store } from './store.js';
import type { Consent, TrackerOptions } from './types.js';
import { attempt } from './win.js';

export type Preferences = Record<string, boolean>;

export interface ConsentState {
  /** True: send and store. False: drop. Undefined: hold until it is known. */
  allows(): boolean | undefined;
  answer(consent: Consent): void;
  /** For `context.consent`; undefined where consent is not asked for. */
  preferences(): Preferences | undefined;
  /** Takes up the grant of an earlier page, where the page itself does not know. */
  restore(store: Store): void;
}

/** The visitor's answers by purpose. A grant is remembered; a denial is not, because nothing is stored then. */
export function createConsent({ consent, purposes = ['analytics'], gpc = true }: TrackerOptions): ConsentState {
  const gate = purposes[0] as string;
  const objects = `${gpc}` !== 'false' && navigator.globalPrivacyControl;
  let preferences: Preferences | undefined;

  function answer(next: Consent): void {
    const isYes = next === 'pending' ? undefined : next === 'granted';
    preferences = {
      ...preferences,
      ...(typeof next === 'object' ? next : Object.fromEntries(purposes.map((one) => [one, isYes as boolean]))),
    };
    if (objects) preferences[gate] = false;
  }

  if (consent || objects) answer(consent ?? 'denied');

  return {
    answer,
    allows: () => !preferences || preferences[gate],
    preferences: () => preferences,
    restore(store) {
      if (consent !== 'pending') return;
      store.opened(() => {
        const kept = attempt(() => JSON.parse(store.read('consent') as string));
        if (kept) answer(kept);
        // Taken back on another subdomain, which could not clear away here.
        else if (store.names('consent').length) store.wiped();
      });
    },
  };
}

import type { Module } from './types.js';

/** The widest domain whose cookies this page can set; empty where it is none of its own (localhost, an address). */
function siteDomain(): string {
  const labels = location.hostname.split('.');
  for (let i = 2; i <= labels.length; i++) {
    const domain = labels.slice(-i).join('.');
    const probe = `tributary_probe=1; Domain=${domain}; SameSite=Lax; Max-Age=`;
    // biome-ignore lint/suspicious/noDocumentCookie: the other API is not everywhere, and answers too late
    document.cookie = `${probe}9`;
    const isTaken = document.cookie.includes('tributary_probe=');
    // biome-ignore lint/suspicious/noDocumentCookie: as above
    document.cookie = `${probe}0`;
    if (isTaken) return domain;
  }
  return '';
}

/**
 * Lets the collector set the visitor's cookie, once for each visitor and session: some browsers take away after a week
 * what a script has set. It works where the collector is of the page's own site (`events.example.com` for `example.com`).
 */
export const serverCookie = (): Module => (tracker, inside) => {
  const { writeKey, base, isAllowed, store } = inside;
  const claim = () => {
    if (!isAllowed()) return;
    const anonymousId = tracker.anonymousId();
    const current = anonymousId + store.read('ses')?.split('|')[0];
    if (store.read('claim') === current) return;
    store.write('claim', current);
    fetch(`${base}/identity`, {
      method: 'POST',
      body: JSON.stringify({ writeKey, anonymousId, domain: siteDomain() }),
      credentials: 'include',
      keepalive: true,
    })
      .then(({ ok }) => ok || store.remove('claim'))
      .catch(() => store.remove('claim'));
  };
  claim();
  tracker.on('sent', claim);
};

/** For the script's tag: `data-server-cookie`. */
export const start: Module = serverCookie();

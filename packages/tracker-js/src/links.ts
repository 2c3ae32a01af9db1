import { closest, listen } from './elements.js';
import type { Inside, Module } from './types.js';

/** A link that is copied and passed on must not make two people one. */
const LIFE = 120_000;

const isOf = (host: string, domains: string[]) => domains.some((domain) => `.${host}`.endsWith(`.${domain}`));

/** The address with the visitor's id in it, for a page that navigates by script. */
export const decorate = (url: string, anonymousId: string): string => {
  const target = new URL(url, location.href);
  target.searchParams.set('_t', `${anonymousId}.${Date.now().toString(36)}`);
  return target.href;
};

/**
 * Hands the visitor over to the operator's other domains: links to them carry the anonymousId for two minutes, and it
 * is taken only from a page of one of them, or anybody could make a visitor share an id.
 *
 * @example createTracker({ writeKey, modules: [links(['shop.example', 'blog.example'])] })
 */
export const links =
  (domains: string[]): Module =>
  (tracker, { isAllowed, setAnonymousId }: Inside) => {
    const found = /[?&]_t=([\da-f-]{36})\.(\w+)/.exec(location.search);
    if (found) {
      const [part, id = '', time = ''] = found;
      const age = Math.abs(Date.now() - Number.parseInt(time, 36));
      const userId = tracker.userId();
      if (age < LIFE && document.referrer && isOf(new URL(document.referrer).hostname, domains)) {
        setAnonymousId(id);
        // Whom this site knows already is the one who came.
        if (userId) tracker.identify(userId);
      }
      const rest = location.search.replace(part, '').replace(/^&/, '?');
      history.replaceState(history.state, '', location.pathname + rest + location.hash);
    }
    for (const type of ['click', 'auxclick']) {
      listen(type, (event) => {
        const link = closest(event, 'a[href]') as HTMLAnchorElement | null;
        if (link && link.hostname !== location.hostname && isOf(link.hostname, domains) && isAllowed()) {
          link.href = decorate(link.href, tracker.anonymousId());
        }
      });
    }
  };

/** For the script's tag: `data-links="shop.example,blog.example"`. */
export const start: Module = (tracker, inside) => links((inside.tag.links ?? '').split(','))(tracker, inside);

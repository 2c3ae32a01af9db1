import type { Env } from './env.js';
import type { Properties } from './types.js';
import { VERSION } from './version.js';

/** What a page view says of its page; also `context.page` of every event. */
export function pageInfo({ document, location }: Pick<Env, 'document' | 'location'>): Properties {
  return {
    path: location.pathname,
    referrer: document.referrer,
    search: location.search,
    title: document.title,
    url: location.href,
  };
}

/** The campaign that the address names: `utm_campaign` is its name, the other `utm_*` keep theirs. */
export function campaign(search: string): Properties | undefined {
  const found: Properties = {};
  new URLSearchParams(search).forEach((value, key) => {
    const name = /^utm_(\w+)$/.exec(key)?.[1];
    if (name && value) found[name === 'campaign' ? 'name' : name] = value;
  });
  return Object.keys(found).length ? found : undefined;
}

/** The circumstances of an event, taken at the time of the call. */
export function eventContext(env: Env): Properties {
  return {
    library: { name: '@tributary/tracker-js', version: VERSION },
    page: pageInfo(env),
    userAgent: env.navigator.userAgent,
    locale: env.navigator.language,
    timezone: env.timezone(),
    campaign: campaign(env.location.search),
  };
}

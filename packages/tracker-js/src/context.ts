import type { Properties } from './types.js';
import { VERSION } from './version.js';

/** gclid, dclid, fbclid, msclkid, ttclid, twclid, yclid, irclickid, gbraid, wbraid and those of other shapes. */
const CLICK_ID = /^(\w+cl(k|ick)?id|[gw]braid|li_fat_id|(rdt|mc)_cid|ScCid|epik)$/;

/** What a page view says of its page; also `context.page` of every event. */
export const pageInfo = (): Properties => ({
  path: location.pathname,
  referrer: document.referrer,
  search: location.search,
  title: document.title,
  url: location.href,
});

/**
 * Where the address says that the visitor comes from: `utm_campaign` is the campaign's name, the other `utm_*` keep
 * theirs. The key is another one for another campaign, and empty without any.
 */
export function origin(): { campaign?: Properties; clickIds?: Properties; key: string } {
  const found: ReturnType<typeof origin> = { key: '' };
  new URLSearchParams(location.search).forEach((value, name) => {
    const kind = name.startsWith('utm_') ? 'campaign' : CLICK_ID.test(name) && 'clickIds';
    if (!kind) return;
    found[kind] ??= {};
    found[kind][name.replace('utm_campaign', 'name').replace('utm_', '')] = value;
    found.key += value;
  });
  return found;
}

/** The circumstances of an event, taken at the time of the call. */
export const eventContext = (): Properties => ({
  library: { name: '@tributary/tracker-js', version: VERSION },
  page: pageInfo(),
  userAgent: navigator.userAgent,
  userAgentData: navigator.userAgentData,
  locale: navigator.language,
  screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
});

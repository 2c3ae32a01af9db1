import { closest, listen } from './elements.js';
import type { Module, Properties, Tracker } from './types.js';

/** Files that are opened outside of the browser. */
const FILE = /\.(pdf|docx?|xlsx?|pptx?|csv|txt|rtf|zip|rar|7z|gz|tar|dmg|exe|msi|pkg|apk|mp[34]|mov|avi|wav|epub)$/i;
const TARGETS = 'a[href],button,summary,[role=button],input[type=submit],input[type=button]';

/** Says which element it was. Never what a visitor wrote: no value, no text of anything that can be edited. */
function describe(element: HTMLElement): Properties {
  const isField = element.matches('input,textarea,select') || element.isContentEditable;
  return {
    tag: element.tagName.toLowerCase(),
    id: element.id || undefined,
    name: element.getAttribute('name') ?? undefined,
    label: element.getAttribute('aria-label') ?? undefined,
    // What a control holds (an option, a text box inside of a button) is the visitor's, too.
    text:
      isField || element.querySelector('input,textarea,select,[contenteditable]')
        ? undefined
        : element.textContent?.trim().replace(/\s+/g, ' ').slice(0, 80) || undefined,
  };
}

function clicked(tracker: Tracker, event: Event): void {
  const element = closest(event, TARGETS);
  // `data-t-ignore` on it or around it keeps an element out; one with `data-t-event` has its own event.
  if (!element || element.closest('[data-t-ignore],[data-t-event]')) return;
  const link = element.tagName === 'A' ? (element as HTMLAnchorElement) : undefined;
  const properties = describe(element);
  if (!link || !/^https?:/.test(link.protocol)) {
    tracker.track('Element Clicked', properties);
    return;
  }
  // Queries of other sites can hold anything.
  const url = link.origin + link.pathname;
  const [, extension] = FILE.exec(link.pathname) ?? [];
  if (extension || link.hasAttribute('download')) {
    tracker.track('File Downloaded', { ...properties, url, extension });
  } else if (link.host !== location.host) {
    tracker.track('Outbound Link Clicked', { ...properties, url, host: link.host });
  } else {
    tracker.track('Element Clicked', { ...properties, url });
  }
}

/**
 * Records clicks on buttons and links, links to other sites, downloads, and forms that are sent.
 *
 * @example createTracker({ writeKey, modules: [autoCapture] })
 */
export const autoCapture: Module = (tracker) => {
  for (const type of ['click', 'auxclick']) {
    listen(type, (event) => {
      // The right button opens a menu and follows nothing.
      if ((event as MouseEvent).button < 2) clicked(tracker, event);
    });
  }
  listen('submit', (event) => {
    const form = closest(event, 'form');
    if (!form || form.closest('[data-t-ignore],[data-t-event]')) return;
    // By attributes: a field that is called `action` or `id` hides the form's own property.
    const attribute = (name: string) => form.getAttribute(name) ?? undefined;
    const { origin, pathname } = new URL(attribute('action') ?? '', location.href);
    tracker.track('Form Submitted', {
      id: attribute('id'),
      name: attribute('name'),
      method: attribute('method'),
      url: origin + pathname,
    });
  });
};

/** For the script's tag: `data-auto`. */
export const start: Module = autoCapture;

import type { Module, Properties } from './types.js';

/** The element around the place where an event of the page began, also inside open shadow roots. */
export const closest = (event: Event, selector: string): HTMLElement | null =>
  (event.composedPath()[0] as Element).closest?.(selector) ?? null;

/** Listens in the capture phase: pages stop events on their way up. */
export function listen(type: string, listener: (event: Event) => void): void {
  document.addEventListener(type, listener, true);
}

/** The properties that the attributes of an element name: `data-t-prop-order-id` becomes `orderId`. */
function propertiesOf({ dataset }: HTMLElement): Properties {
  const properties: Properties = {};
  for (const [key, value] of Object.entries(dataset)) {
    const [, first, rest] = /^tProp(.)(.*)/.exec(key) ?? [];
    if (first) properties[first.toLowerCase() + rest] = value;
  }
  return properties;
}

/**
 * `<button data-t-event="Plan Chosen" data-t-prop-plan="pro">`: an event when it is clicked, or for a form when it is
 * submitted.
 *
 * @example createTracker({ writeKey, modules: [elements] })
 */
export const elements: Module = (tracker) => {
  for (const type of ['click', 'submit']) {
    listen(type, (event) => {
      const element = closest(event, '[data-t-event]');
      if (element && (element.tagName === 'FORM') === (type === 'submit')) {
        tracker.track(element.dataset.tEvent as string, propertiesOf(element));
      }
    });
  }
};

/** For the script's tag: `data-elements`. */
export const start: Module = elements;

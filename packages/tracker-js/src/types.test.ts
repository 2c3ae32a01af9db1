import { expect, expectTypeOf, test } from 'vitest';
import { createTracker } from './index.js';

interface ShopEvents {
  'Product Viewed': { sku: string; price?: number };
  'Filter Changed': { colour?: string };
  'Signed Out': undefined;
}

// The compiler is the test: `tsc -b` fails where a line below an expected error has none, and where another line has one.
test('event names and properties are checked by the compiler', () => {
  // Nothing is sent: there is no browser here, so the tracker does nothing.
  const tracker = createTracker<ShopEvents>({ writeKey: 'demo' });
  tracker.track('Product Viewed', { sku: 'mug' });
  tracker.track('Product Viewed', { sku: 'mug', price: 3 });
  tracker.track('Filter Changed');
  tracker.track('Filter Changed', { colour: 'blue' });
  tracker.track('Signed Out');
  // @ts-expect-error there is no event of this name
  tracker.track('Product Veiwed', { sku: 'mug' });
  // @ts-expect-error the sku is missing
  tracker.track('Product Viewed', {});
  // @ts-expect-error properties are needed
  tracker.track('Product Viewed');
  // @ts-expect-error the sku is no number
  tracker.track('Product Viewed', { sku: 7 });
  // @ts-expect-error this property is not known
  tracker.track('Product Viewed', { sku: 'mug', colour: 'blue' });
  // @ts-expect-error this event has no properties
  tracker.track('Signed Out', { reason: 'idle' });
  // @ts-expect-error the answer is one of three words or a map
  tracker.consent('maybe');
  // @ts-expect-error there is no such signal
  tracker.on('sended', () => {});
  tracker.on('sent', (count) => expectTypeOf(count).toEqualTypeOf<number>());
  tracker.ready((ready) => expectTypeOf(ready).toEqualTypeOf(tracker));
  expect(tracker.stats()).toEqual({ sent: 0, dropped: 0, rejected: 0 });
});

test('without a type every name goes', () => {
  const tracker = createTracker({ writeKey: 'demo' });
  tracker.track('Anything', { at: 'all' });
  tracker.track('Anything');
  // @ts-expect-error the write key is missing
  expect(() => createTracker({})).toThrow('write key');
});

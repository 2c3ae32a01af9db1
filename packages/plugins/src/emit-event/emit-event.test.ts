import { testPlugin } from '@tributary/sdk/testing';
import { expect, it } from 'vitest';
import { emitEvent } from './emit-event.js';

it('emits an event with values of all three kinds, and leaves out what leads nowhere', () => {
  const { emitted, port } = testPlugin(emitEvent, {
    config: {
      name: 'Big {{ event.name }}',
      properties: {
        total: { from: 'event.properties.total' },
        label: { template: 'T{{ event.properties.total }}' },
        kind: { value: null },
        none: { from: 'event.properties.none' },
      },
    },
    event: { name: 'Order', properties: { total: 7 } },
  });
  expect(port).toBe('out');
  expect(emitted).toEqual([{ type: 'track', name: 'Big Order', properties: { total: 7, label: 'T7', kind: null } }]);
});

it('emits traits of an identify', () => {
  const config = { type: 'identify', traits: { plan: { value: 'pro' } } };
  expect(testPlugin(emitEvent, { config }).emitted).toEqual([{ type: 'identify', traits: { plan: 'pro' } }]);
});

it.each([
  [{}, '/name'],
  [{ type: 'alias' }, '/type'],
  [{ type: 'identify', properties: {} }, '/properties'],
  [{ name: 'x', traits: {} }, '/traits'],
  [{ name: 'x', properties: { 'a/b': {} } }, '/properties/a~1b'],
])('refuses %j', (config, message) => {
  expect(() => testPlugin(emitEvent, { config })).toThrowError(message);
});

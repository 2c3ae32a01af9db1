import { testPlugin } from '@tributary/sdk/testing';
import { expect, it } from 'vitest';
import { ifPlugin } from './if.js';

it('goes on at true or false', () => {
  const config = { when: { in: [{ var: 'event.name' }, ['A', 'B']] } };
  expect(testPlugin(ifPlugin, { config, event: { name: 'B' } }).port).toBe('true');
  expect(testPlugin(ifPlugin, { config, event: { name: 'C' } }).port).toBe('false');
  expect(() => testPlugin(ifPlugin)).toThrowError('when');
});

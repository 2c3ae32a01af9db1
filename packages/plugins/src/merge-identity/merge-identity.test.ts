import { testPlugin } from '@tributary/sdk/testing';
import { expect, it } from 'vitest';
import { mergeIdentity } from './merge-identity.js';

const identifiers = [
  { from: 'event.traits.email', type: 'email' },
  { from: 'event.traits.crm', type: 'crmId' },
];
const run = (traits: object, more = {}) =>
  testPlugin(mergeIdentity, { config: { identifiers, ...more }, event: { type: 'identify', traits: traits as never } })
    .profile.identified;

it('says which identifiers the event names', () => {
  expect(run({ email: 'a@b.example', crm: 42 })).toEqual([
    { type: 'email', value: 'a@b.example', force: false },
    { type: 'crmId', value: '42', force: false },
  ]);
  expect(run({ email: ['a@b.example', 'c@d.example'] })).toHaveLength(2);
});

it('takes what is no text or number for nobody', () => {
  expect(run({ email: { a: 1 }, crm: true })).toEqual([]);
  expect(run({ email: '  ', crm: null })).toEqual([]);
});

it('joins known users only when told to', () => {
  expect(run({ crm: 1 }, { mergeKnownUsers: true })).toEqual([{ type: 'crmId', value: '1', force: true }]);
});

it('refuses a type that is no name', () => {
  const config = { identifiers: [{ from: 'event.x', type: 'a:b' }] };
  expect(() => testPlugin(mergeIdentity, { config })).toThrowError('/identifiers/0/type');
});

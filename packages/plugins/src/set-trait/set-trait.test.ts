import { testPlugin } from '@tributary/sdk/testing';
import { describe, expect, it } from 'vitest';
import { setTrait } from './set-trait.js';

const run = (config: object) =>
  testPlugin(setTrait, {
    config: { trait: 'traits.t', ...config },
    profile: { traits: { t: 'before' } },
    event: { properties: { n: 3, word: 'No' } },
  }).profile.get('traits.t');

describe('set-trait', () => {
  it.each([
    [{ value: { a: 1 } }, { a: 1 }],
    [{ value: null }, null],
    [{ from: 'event.properties.n' }, 3],
    [{ from: 'event.properties.none' }, 'before'],
    [{ template: 'n={{ event.properties.n }}' }, 'n=3'],
    [{ template: '{{ event.properties.n | times: 2 }}', as: 'number' }, 6],
    [{ template: '{{ event.properties.word }}', as: 'boolean' }, false],
    [{ template: '[{{ event.properties.word | json }}]', as: 'json' }, ['No']],
    [{ remove: true }, undefined],
  ])('%j gives %j', (config, expected) => expect(run(config)).toEqual(expected));

  it('fails when the text is no number or no JSON, without quoting it', () => {
    for (const as of ['number', 'json'])
      expect(() => run({ template: 'secret{', as })).toThrowError(/^(?!.*secret).*no (number|valid JSON)/);
  });

  it.each([
    [{}, 'exactly one'],
    [{ value: 1, from: 'event.x' }, 'exactly one'],
    [{ value: 1, as: 'number' }, '/as'],
    [{ remove: true, value: 1 }, '/remove'],
    [{ trait: 'identifiers.email', value: 1 }, '/trait'],
  ])('refuses %j', (config, message) => expect(() => run(config)).toThrowError(message));
});

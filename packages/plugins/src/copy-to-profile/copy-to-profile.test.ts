import { testPlugin } from '@tributary/sdk/testing';
import { describe, expect, it } from 'vitest';
import { copyToProfile } from './copy-to-profile.js';

const copy = (mode: string | undefined, value: unknown, before?: unknown) =>
  testPlugin(copyToProfile, {
    config: { mappings: [{ from: 'event.properties.v', to: 'traits.t', ...(mode === undefined ? {} : { mode }) }] },
    event: { properties: { v: value as never } },
    profile: { traits: before === undefined ? {} : { t: before as never } },
  }).profile.get('traits.t');

describe('copy-to-profile', () => {
  it('equals: takes the value', () => {
    expect(copy(undefined, 'new', 'old')).toBe('new');
    expect(copy('equals', { deep: [1] })).toEqual({ deep: [1] });
  });

  it('if-not-set: keeps what is there', () => {
    expect(copy('if-not-set', 'new', 'old')).toBe('old');
    expect(copy('if-not-set', 'new', 0)).toBe(0);
    expect(copy('if-not-set', 'new', null)).toBe('new');
    expect(copy('if-not-set', 'new')).toBe('new');
  });

  it('append: adds to a list what is not in it', () => {
    expect(copy('append', 'b', ['a'])).toEqual(['a', 'b']);
    expect(copy('append', ['b', 'a', { x: 1 }], ['a', { x: 1 }])).toEqual(['a', { x: 1 }, 'b']);
    expect(copy('append', 'b', 'a')).toEqual(['a', 'b']);
    expect(copy('append', 'b')).toEqual(['b']);
    expect(
      copy(
        'append',
        'new',
        Array.from({ length: 1_000 }, (_, i) => i),
      ),
    ).toHaveLength(1_000);
  });

  it('remove: takes out of a list, or away when equal', () => {
    expect(copy('remove', 'a', ['a', 'b'])).toEqual(['b']);
    expect(copy('remove', ['a', 'b'], ['a', 'b'])).toEqual([]);
    expect(copy('remove', 'a', 'a')).toBeUndefined();
    expect(copy('remove', 'a', 'b')).toBe('b');
    expect(copy('remove', 'a')).toBeUndefined();
  });

  it('does nothing when the path leads nowhere, and takes a short name', () => {
    const { profile, port } = testPlugin(copyToProfile, {
      config: {
        mappings: [
          { from: 'event.nothing', to: 'a' },
          { from: 'event.traits.mail', to: 'contact.mail' },
        ],
      },
      event: { type: 'identify', traits: { mail: 'm' } },
    });
    expect([port, profile.view().traits]).toEqual(['out', { contact: { mail: 'm' } }]);
  });

  it.each(['identifiers.email', 'segments.vip', 'traits', 'firstSeen'])('refuses to write %s', (to) => {
    const run = () => testPlugin(copyToProfile, { config: { mappings: [{ from: 'event.x', to }] } });
    expect(run).toThrowError(/^\/mappings\/0\/to: /);
  });
});

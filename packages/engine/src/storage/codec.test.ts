import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { columnKey, decode, decodeLedgerEntry, decodeProfile, encode, memberOf, upgrade } from './codec.js';

const fixture = readFileSync(new URL('./fixtures/profile-v1.json', import.meta.url), 'utf8');

describe('a stored profile of form 1', () => {
  it('reads back whole, and is written as it was read', () => {
    const profile = decodeProfile(fixture);
    expect(profile.version).toBe(7);
    expect(profile.traits.name?.value).toBe('Ada');
    expect(profile.traits.phone?.gone).toBe(true);
    expect(profile.events['Order Completed']?.days).toEqual({ '2024-12-07': 1, '2024-12-08': 2 });
    expect(profile.devices['device-1']).toHaveLength(1);
    expect(memberOf(profile)).toEqual(['buyers']);
    expect(encode(profile)).toBe(JSON.stringify(JSON.parse(fixture)));
  });

  it('has records without a prototype, in which any key is just a key', () => {
    const profile = decodeProfile(fixture);
    const { traits, segments, consents, events, devices, sessions } = profile;
    const days = Object.values(events).map((count) => count.days);
    for (const record of [traits, segments, consents, events, devices, sessions.days, ...days]) {
      expect(Object.getPrototypeOf(record)).toBeNull();
    }
    expect(Object.keys(traits)).toEqual(['name', '__proto__', 'phone']);
    expect(traits.constructor).toBeUndefined();
  });

  it('is read in a ledger entry too', () => {
    const entry = decodeLedgerEntry(`{"v":1,"id":"l","frozen":${fixture}}`);
    expect(Object.getPrototypeOf(entry.frozen.traits)).toBeNull();
  });

  it('is refused when a newer version of the program wrote it', () => {
    const newer = fixture.replace('"v": 1', '"v": 2');
    expect(() => decodeProfile(newer)).toThrow(/form 2, and this version reads up to 1/);
  });
});

describe('upgrading', () => {
  it('goes step by step to the form of today', () => {
    const steps = {
      1: (older: object) => ({ ...older, v: 2, two: true }),
      2: (older: object) => ({ ...older, v: 3, three: true }),
    };
    expect(upgrade('thing', { v: 1 }, 3, steps)).toEqual({ v: 3, two: true, three: true });
    expect(upgrade('thing', { v: 3 }, 3, steps)).toEqual({ v: 3 });
    expect(() => upgrade('thing', { v: 0 }, 3, steps)).toThrow(/form 0/);
  });
});

describe('JSON text', () => {
  it('holds no character that a text column refuses, and reads back equal', () => {
    const value = { '\0': '\ud800', '\udc00': ['\0'] };
    const text = encode(value);
    expect(text).toMatch(/^[ -~]*$/);
    expect(decode(text)).toEqual(value);
  });
});

describe('a column key', () => {
  it('leaves an ordinary key as it is', () => {
    expect(columnKey('email:ada@example.org')).toBe('email:ada@example.org');
    expect(columnKey('ünï:😀')).toBe('ünï:😀');
  });

  it('is another one for every key, well formed and short', () => {
    const long = 'k'.repeat(300);
    const keys = ['', '\0', '\\u0000', '\\', '\\\\', '"', '\ud800', '\udc00', '\ufffd', '\n', long, `${long}1`];
    keys.push(`${'k'.repeat(159)}😀${long}`, 'k'.repeat(256), '\0'.repeat(400), '\0'.repeat(401));
    keys.push(columnKey(long));
    const made = keys.map(columnKey);
    expect(new Set(made).size).toBe(keys.length);
    for (const key of made) {
      expect(key.isWellFormed()).toBe(true);
      expect(key).not.toContain('\0');
      expect(Buffer.byteLength(key)).toBeLessThan(800);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { mayUse } from './consent.js';

const at = '2026-01-01T00:00:00.000Z';
const said = (granted: boolean) => ({ consents: { marketing: { granted, at } } });

describe('consent', () => {
  it('is not asked for without a purpose', () => expect(mayUse(undefined, undefined)).toBe(true));
  it('is a no when nobody said anything', () => {
    expect(mayUse({ consents: {} }, 'marketing')).toBe(false);
    expect(mayUse(undefined, 'marketing')).toBe(false);
    expect(mayUse({ consents: {} }, 'constructor')).toBe(false);
  });
  it('holds for the purpose that it was given for', () => {
    expect(mayUse(said(true), 'marketing')).toBe(true);
    expect(mayUse(said(true), 'analytics')).toBe(false);
    expect(mayUse(said(false), 'marketing')).toBe(false);
  });
  it('must have been given at the event too, when the event says', () => {
    expect(mayUse(said(true), 'marketing', { marketing: false })).toBe(false);
    expect(mayUse(said(false), 'marketing', { marketing: true })).toBe(false);
    expect(mayUse(said(true), 'marketing', { analytics: false })).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { emptyProfile } from './create.js';
import { absorbInto } from './merge.js';
import type { Origin, Profile } from './profile.js';
import { incrementTrait, setSegment, setTrait, unsetTrait } from './traits.js';
import { segmentsOf, traitsOf, viewOf } from './view.js';

const T1 = '2026-01-01T00:00:00.000Z';
const T2 = '2026-01-02T00:00:00.000Z';
const by = (event: string): Origin => ({ event, source: 's' });
const fresh = (): Profile => emptyProfile('p', T1);

describe('a trait', () => {
  it('keeps the newer value; of equal times the later applied wins', () => {
    const profile = fresh();
    setTrait(profile, 'a', 'new', T2, by('2'));
    setTrait(profile, 'a', 'old', T1, by('3'));
    expect(traitsOf(profile).a).toBe('new');
    setTrait(profile, 'a', 'same', T2, by('4'));
    expect(traitsOf(profile).a).toBe('same');
  });

  it('that was removed does not come back with a late event', () => {
    const profile = fresh();
    setTrait(profile, 'a', 1, T1, by('1'));
    unsetTrait(profile, 'a', T2, by('2'));
    setTrait(profile, 'a', 2, T1, by('3'));
    expect(traitsOf(profile)).toEqual({});
  });

  it('is added up in whatever order events come', () => {
    const profile = fresh();
    incrementTrait(profile, 'n', 2, T2, by('2'));
    incrementTrait(profile, 'n', 1, T1, by('1'));
    expect(profile.traits.n).toMatchObject({ value: 3, at: T2 });
  });

  it('stays a number when a sum is too large for one', () => {
    const [a, b] = [fresh(), { ...fresh(), id: 'q' }];
    for (const profile of [a, b]) {
      incrementTrait(profile, 'n', 1e308, T1, by('1'));
      incrementTrait(profile, 'less', -1e308, T1, by('1'));
    }
    incrementTrait(a, 'n', 1e308, T2, by('2'));
    expect(traitsOf(a).n).toBe(Number.MAX_VALUE);
    absorbInto(b, a, 'ledger', T2);
    expect(traitsOf(b)).toEqual({ n: Number.MAX_VALUE, less: -Number.MAX_VALUE });
  });

  it('can have any key', () => {
    const profile = fresh();
    for (const key of ['__proto__', 'constructor', 'a.b', '$x', '']) setTrait(profile, key, 1, T1, by('1'));
    expect(Object.keys(traitsOf(profile)).sort()).toEqual(['', '$x', '__proto__', 'a.b', 'constructor']);
    expect(viewOf(profile).traits.a).toEqual({ b: 1 });
    expect(({} as { b?: unknown }).b).toBeUndefined();
  });
});

describe('a merge of profiles', () => {
  it('takes the newer of two values and adds up what was counted', () => {
    const [a, b] = [fresh(), { ...fresh(), id: 'q' }];
    setTrait(a, 'plan', 'old', T1, by('1'));
    setTrait(b, 'plan', 'new', T2, by('2'));
    incrementTrait(a, 'n', 2, T1, by('1'));
    incrementTrait(b, 'n', 3, T2, by('2'));
    setSegment(a, 'vip', true, T1, by('1'));
    setSegment(b, 'vip', false, T2, by('2'));
    absorbInto(a, b, 'ledger', T2);
    expect(traitsOf(a)).toEqual({ plan: 'new', n: 5 });
    expect(segmentsOf(a)).toEqual([]);
    expect(a.absorbed).toEqual([{ id: 'q', ledger: 'ledger', version: 0 }]);
  });

  it('lets a refusal of consent hold over a grant of the same time', () => {
    const [a, b] = [fresh(), { ...fresh(), id: 'q' }];
    a.consents.ads = { granted: true, at: T1 };
    b.consents.ads = { granted: false, at: T1 };
    absorbInto(a, b, 'ledger', T2);
    expect(a.consents.ads?.granted).toBe(false);
  });
});

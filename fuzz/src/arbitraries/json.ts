import fc from 'fast-check';
import { anyKey, anyText } from './text.js';

const number: fc.Arbitrary<string> = fc.oneof(
  fc.integer().map(String),
  fc.double().map((value) => (Number.isFinite(value) ? JSON.stringify(value) : '1e400')),
  fc.constantFrom(
    '1e400',
    '-1e400',
    '1e-400',
    '-0',
    '9007199254740993',
    '-123456789012345678901234567890.5e3',
    '1E+2',
    `1${'0'.repeat(400)}`,
    `0.${'1'.repeat(400)}`,
  ),
);

/** A text of JSON: some write a lone half of a surrogate pair, which is escaped in one form and not in the other. */
export const string: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.constantFrom('"\\ud800"', '"\\uDFFF\\u0000"', '"\\/\\b\\f"', '"\\u005f_proto__"') },
);

const scalar: fc.Arbitrary<string> = fc.oneof(number, string, fc.constantFrom('null', 'true', 'false', '{}', '[]'));

/** Deep, or wide. */
const extreme: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 1, max: 5_000 }).map((n) => '['.repeat(n) + ']'.repeat(n)),
  fc.integer({ min: 1, max: 80 }).map((n) => '{"a":'.repeat(n) + '1'.concat('}'.repeat(n))),
  fc.integer({ min: 1, max: 3_000 }).map((n) => `[${Array(n).fill('0').join(',')}]`),
  fc.integer({ min: 1, max: 2_000 }).map((n) => `{${Array.from({ length: n }, (_, i) => `"k${i}":${i}`).join(',')}}`),
);

const key = anyKey.map((text) => JSON.stringify(text));

/** Texts of JSON: values, objects with keys that may come twice, and what is too deep for most. */
export const { value: anyJson, object: anyObject } = fc.letrec<{ value: string; object: string; list: string }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: scalar },
      { weight: 3, arbitrary: tie('object') },
      { weight: 2, arbitrary: tie('list') },
    ),
    object: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 5 })
      .map((pairs) => `{${pairs.map(([name, value]) => `${name}:${value}`).join(',')}}`),
    list: fc.array(tie('value'), { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
  }),
);

/** Any JSON, now and then very deep or very wide. */
export const wildJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: anyJson },
  { weight: 1, arbitrary: extreme },
);

export const wildObject: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: anyObject },
  { weight: 1, arbitrary: extreme.map((value) => `{"x":${value}}`) },
);

/** JSON that is none: cut off, with something put in, or with something left out. */
export const brokenJson: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(anyObject, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
  fc.tuple(anyObject, fc.nat(), anyText).map(([text, at, more]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + more + text.slice(place);
  }),
  fc.constantFrom('', ' ', '{', '[', '"', 'NaN', 'Infinity', '{"a":1,}', "{'a':1}", '// a', '{}{}', '\ufeff{}', '\0'),
  fc.integer({ min: 1, max: 200_000 }).map((n) => '['.repeat(n)),
  fc.integer({ min: 1, max: 40_000 }).map((n) => '{"a":'.repeat(n)),
  anyText,
);

/** What a reader makes of a text of JSON, once it was written and read again: `1e400` has no place in a double. */
export function readJson(text: string): unknown {
  return JSON.parse(JSON.stringify(JSON.parse(text)));
}

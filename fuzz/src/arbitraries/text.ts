import fc from 'fast-check';

/** Texts that programs have taken for something else. */
// biome-ignore format: a list reads better in few lines
export const NASTY = [
  '', ' ', '\0', 'a\0b', '\ud800', '\udfff', 'x\udc00y', '\ud83d', '__proto__', 'constructor', 'prototype', 'toString',
  'valueOf', 'hasOwnProperty', 'toJSON', 'then', 'length', '$where', '$set', '$', 'a.b', '.', '..', 'a..b', '$a.$b', '0', '-1',
  'null', 'undefined', 'NaN', 'true', '[object Object]', '\u2028', '\u2029', '\ufeff', '\u202e', '\u200b', '👩‍👩‍👧', 'İ', 'ß', 'ﬀ',
  '\\', '"', "'", '\\u0000', '%00', '%', '%ff', '../../etc/passwd', "'; drop table events; --", '<script>', '{{ 7 | times: 7 }}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a text, as somebody may send it
  '${7*7}', '\n', '\r\n', '\t', 'a'.repeat(255), 'b'.repeat(256), 'c'.repeat(1_024), 'd'.repeat(1_025), 'é'.repeat(3_000),
];

/** Any UTF-16 code units: most of them are no characters, some are halves of one. */
const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((codes) => String.fromCharCode(...codes));

/** Any text, with a liking for trouble. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 2, arbitrary: units },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...NASTY), units).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40_000 }).map((length) => 'x'.repeat(length)) },
);

/** Keys: short ones, so that they meet. */
export const anyKey: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c', 'plan', 'email', 'name', 'list') },
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: units },
);

/** Dates of the years 0 to 275760 and of no year, as texts and numbers of JSON. */
export const anyTime: fc.Arbitrary<string> = fc.oneof(
  fc
    .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date(8.64e15), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString())),
  fc
    .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString())),
  fc.integer({ min: -8.64e15, max: 8.64e15 }).map(String),
  fc.constantFrom(
    '"0000-01-01"',
    '"0000-01-01T00:00:00+14:00"',
    '"9999-12-31T23:59:59.999Z"',
    '"9999-12-31T23:59:59.999-14:00"',
    '"+275760-09-13T00:00:00.000Z"',
    '"-000001-01-01T00:00:00Z"',
    '"2026-02-30T25:61:61Z"',
    '"2026-01-01T00:00:00,123456789+0530"',
    '1e400',
    '-1e21',
    '0.5',
    '""',
    'null',
    '{}',
    '[]',
    'true',
  ),
);

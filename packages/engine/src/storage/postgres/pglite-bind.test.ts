import { protocol } from '@electric-sql/pglite';
import { expect, it } from 'vitest';
import { bindMessage } from './pglite-bind.js';

/** Of one to four bytes, halves of pairs, NUL, and more than PGlite's first buffer holds. */
const TEXTS = [null, '', 'a', 'ä', '€', '😀', '\ud800', '\udc00x', '\0', 'x'.repeat(5_000), 'ä€😀'.repeat(400)];

it.each([
  ['no value', []],
  ['one value', ['{"a":1}']],
  ['values of every kind', TEXTS],
  ['many values', Array.from({ length: 300 }, (_, n) => TEXTS[n % TEXTS.length] as string | null)],
])('%s: it is, byte for byte, the message that PGlite itself would write', (_, values) => {
  for (const statement of ['', 'tributary_1']) {
    const theirs = Buffer.from(protocol.serialize.bind({ statement, values }));
    expect(bindMessage(statement, values).equals(theirs)).toBe(true);
  }
});

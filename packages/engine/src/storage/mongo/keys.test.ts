import { describe, expect, it } from 'vitest';
import { fieldName, fromFieldName } from './keys.js';

const TEXTS = [
  '',
  'x',
  '0',
  '__proto__',
  'a.b$c',
  'back\\u0041slash',
  'nul\0',
  '\ud800',
  '\udc00',
  '\ud800x',
  '😀',
  '\ufffd',
];

describe('field names', () => {
  it('read back every text', () => {
    for (const text of TEXTS) expect(fromFieldName(fieldName(text))).toBe(text);
  });

  it('stay different after a passage through UTF-8', () => {
    const utf8 = (text: string) => Buffer.from(fieldName(text), 'utf8').toString('utf8');
    expect(new Set(TEXTS.map(utf8)).size).toBe(TEXTS.length);
  });

  it('fit into a path', () => {
    for (const text of TEXTS) expect(fieldName(text)).toMatch(/^[^.$\0]+$/);
  });

  it('can be read in the database', () => {
    expect(fieldName('welcome@2/tell/out')).toBe('kwelcome@2/tell/out');
  });
});

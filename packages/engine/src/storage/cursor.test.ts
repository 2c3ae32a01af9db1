import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, toPage } from './cursor.js';
import { BadCursor } from './port.js';

describe('a cursor', () => {
  it('brings back its place', () => {
    const cursor = encodeCursor('runs', ['2025-01-01', 'ünï']);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor('runs', 2, cursor)).toEqual(['2025-01-01', 'ünï']);
  });

  it('is refused by another list, in another shape, or when it was changed', () => {
    const cursor = encodeCursor('runs', ['a']);
    const wrong = ['', 'x', `${cursor}=`, ` ${cursor}`, cursor.slice(1), encodeCursor('runs', ['a', 'b'])];
    wrong.push(encodeCursor('events', ['a']), Buffer.from('["runs", "a"]').toString('base64url'), 'a'.repeat(5000));
    wrong.push(Buffer.from('["runs",1]').toString('base64url'), Buffer.from('{}').toString('base64url'));
    wrong.push(encodeCursor('runs', ['a\0']));
    for (const text of wrong) expect(() => decodeCursor('runs', 1, text)).toThrow(BadCursor);
  });
});

describe('a page', () => {
  it('has a cursor only when a row is left over', () => {
    const page = (rows: string[]) =>
      toPage(
        rows,
        2,
        'list',
        (row) => [row],
        (row) => row.toUpperCase(),
      );
    expect(page(['a', 'b'])).toEqual({ items: ['A', 'B'], next: null });
    expect(page(['a', 'b', 'c'])).toEqual({ items: ['A', 'B'], next: encodeCursor('list', ['b']) });
    expect(page([])).toEqual({ items: [], next: null });
  });
});

import fc from 'fast-check';
import { anyJson } from './json.js';

/** What a condition or a template looks at: lists and texts of every size, and any JSON. */
export interface Data {
  list: number;
  text: string;
  deep: number;
  other: string;
}

export const anyData: fc.Arbitrary<Data> = fc.record({
  list: fc.constantFrom(0, 1, 10, 300, 5_000),
  text: fc.constantFrom(
    '',
    'a',
    'ab'.repeat(20),
    `${'a'.repeat(30_000)}!`,
    '<'.repeat(30_000),
    ' '.repeat(30_000),
    '&#'.repeat(15_000),
  ),
  deep: fc.constantFrom(1, 5, 60),
  other: anyJson,
});

/** The properties of an event with such data. */
export function propertiesOf({ list, text, deep, other }: Data): { [key: string]: unknown } {
  return {
    list: Array.from({ length: list }, (_, i) => i),
    matrix: Array.from({ length: Math.min(list, 40) }, () => [1, 'a', [2]]),
    text,
    deep: JSON.parse('['.repeat(deep) + ']'.repeat(deep)),
    other: JSON.parse(JSON.stringify(JSON.parse(other))),
  };
}

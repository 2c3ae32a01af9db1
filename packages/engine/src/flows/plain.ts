import type { Json } from '@tributary/sdk';
import { FlowError, pointer } from './faults.js';

const MAX_DEPTH = 64;
const MAX_VALUES = 50_000;

/**
 * A copy that is JSON through and through, whatever was given: no functions, no accessors, no
 * loops, no more than so many values. `undefined` properties are left out, as JSON does. The error names the place.
 */
export function plainCopy(value: unknown, limits: { depth?: number; values?: number } = {}): Json {
  const maxDepth = limits.depth ?? MAX_DEPTH;
  let left = limits.values ?? MAX_VALUES;
  const place: (string | number)[] = [];
  const refuse = (code: string, message: string): FlowError =>
    new FlowError(code, message, [{ path: place.map(pointer).join(''), code, message }]);
  const inside = (key: string | number, from: unknown): Json => {
    place.push(key);
    const item = copy(from);
    place.pop();
    return item;
  };
  const copy = (from: unknown): Json => {
    left--;
    if (left < 0) throw refuse('TOO_LARGE', `The value has more than ${limits.values ?? MAX_VALUES} parts.`);
    if (place.length > maxDepth) throw refuse('TOO_DEEP', `The value is nested deeper than ${maxDepth}.`);
    if (from === null || typeof from === 'string' || typeof from === 'boolean') return from;
    if (typeof from === 'number' && Number.isFinite(from)) return from;
    if (Array.isArray(from)) return Array.from(from, (item, i) => inside(i, item));
    if (typeof from === 'number') throw refuse('NOT_JSON', 'The value holds a number that is too large.');
    if (typeof from !== 'object' || from instanceof Date)
      throw refuse('NOT_JSON', `The value holds a ${typeof from} that is no JSON.`);
    const into: { [key: string]: Json } = {};
    for (const key of Object.keys(from)) {
      const item = (from as Record<string, unknown>)[key];
      if (item === undefined) continue;
      // Defined, not assigned: `__proto__` is a key like any other.
      Object.defineProperty(into, key, {
        value: inside(key, item),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return into;
  };
  return copy(value);
}

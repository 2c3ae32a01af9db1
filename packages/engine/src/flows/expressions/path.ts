import type { Json } from '@tributary/sdk';
import { ExpressionError } from './error.js';

const MAX_LENGTH = 512;
const MAX_SEGMENTS = 32;
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

/** The parts of `a.b.0.c`; throws for what could reach past the data. */
export function parsePath(path: string): string[] {
  if (path === '' || path.length > MAX_LENGTH)
    throw new ExpressionError('PATH_LENGTH', `A path has 1 to ${MAX_LENGTH} characters, such as event.traits.email.`);
  const segments = path.split('.');
  if (segments.length > MAX_SEGMENTS)
    throw new ExpressionError('PATH_DEPTH', `A path has at most ${MAX_SEGMENTS} parts.`);
  for (const segment of segments) {
    if (segment === '')
      throw new ExpressionError('PATH_EMPTY_PART', `The path ${JSON.stringify(path)} has an empty part.`);
    if (REFUSED.has(segment))
      throw new ExpressionError(
        'PATH_REFUSED',
        `The path ${JSON.stringify(path)} names ${segment}: take another name.`,
      );
  }
  return segments;
}

/** The value there, by own properties only; `undefined` when there is none. */
export function readSegments(root: unknown, segments: readonly string[]): unknown {
  let value = root;
  for (const segment of segments) {
    if (value === null || value === undefined || !Object.hasOwn(Object(value), segment)) return undefined;
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}

/** Reads `event.traits.email` and the like; `undefined` for what is absent or refused. */
export function readPath(root: unknown, path: string): Json | undefined {
  let segments: string[];
  try {
    segments = parsePath(path);
  } catch {
    return undefined;
  }
  return readSegments(root, segments) as Json | undefined;
}

import { type SchemaOptions, Type } from '@sinclair/typebox';
import type { Json } from './event.js';

/**
 * Kinds of text that a config can hold. The keyword stands in the JSON Schema of the config: it is
 * checked when a flow is published, and the console picks the right editor by it.
 */
export const KEYWORD = 'x-tributary';
export type Kind = 'condition' | 'template' | 'path';

/** A JSON Logic rule, for `context.test`. */
export function Condition(options: SchemaOptions = {}) {
  return Type.Unsafe<Json>({ ...options, [KEYWORD]: 'condition' satisfies Kind });
}

/** A LiquidJS template, for `context.render`. */
export function Template(options: SchemaOptions = {}) {
  return Type.String({ maxLength: 20_000, ...options, [KEYWORD]: 'template' satisfies Kind });
}

/** A path such as `event.traits.email`, for `context.read` or the profile. */
export function Path(options: SchemaOptions = {}) {
  return Type.String({ minLength: 1, maxLength: 512, ...options, [KEYWORD]: 'path' satisfies Kind });
}

/** One of these words. Written as `enum`, which forms and error messages handle better than `anyOf`. */
export function OneOf<const T extends readonly string[]>(values: T, options: SchemaOptions = {}) {
  return Type.Unsafe<T[number]>({ ...options, type: 'string', enum: [...values] });
}

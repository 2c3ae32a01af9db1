import type { Json, JsonObject } from '@tributary/sdk';
import { LIMITS } from './limits.js';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True when arrays and objects are nested more than `levels` deep; looks no deeper than that. */
export function depthExceeds(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => depthExceeds(item, levels - 1));
  for (const key in value) {
    if (depthExceeds(value[key] as Json, levels - 1)) return true;
  }
  return false;
}

/** UTF-8 bytes of the value as JSON. The value must not be nested too deep. */
export function jsonBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** A value as it is when it is small; else the beginning of its JSON, so that somebody can see what came. */
export function shortened(value: Json): Json {
  if (depthExceeds(value, LIMITS.depth)) return { shortened: 'nested too deep to be kept' };
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= LIMITS.eventBytes) return value;
  return { shortened: `${text.slice(0, LIMITS.shortenedBytes).toWellFormed()}…`, bytes: Buffer.byteLength(text) };
}

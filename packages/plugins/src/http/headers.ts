import { createHash } from 'node:crypto';
import { type TSchema, Type } from '@tributary/sdk';

/** Set by the connection itself, or by the plugin. */
const REFUSED =
  /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|keep-alive|accept-encoding|proxy-.*|webhook-.*|idempotency-key)$/i;

/** Extra headers of a call; the schema says what a value is. */
export function Headers<S extends TSchema>(value: S) {
  return Type.Record(Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" }), value, {
    additionalProperties: false,
    maxProperties: 50,
    description: 'Headers by name, such as Authorization.',
  });
}

/** Faults of header names that the schema cannot say. */
export function checkHeaders(headers: { [name: string]: string } | undefined): { path: string; message: string }[] {
  return Object.keys(headers ?? {})
    .filter((name) => REFUSED.test(name))
    .map((name) => ({ path: `/headers/${name}`, message: `The header ${name} is set by Tributary: remove it.` }));
}

/** Throws when a value cannot stand in a header, such as one with a line break in it. */
export function headerValue(name: string, value: string): string {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw new Error(`The value of the header ${name} holds a character that headers cannot carry`);
  return value;
}

/** An id of the call: the same on every attempt, and safe in a header whatever the key holds. */
export function messageId(idempotencyKey: string): string {
  return `msg_${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 40)}`;
}

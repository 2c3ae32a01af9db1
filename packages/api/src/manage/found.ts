import { HttpError } from '../http/errors.js';

/** The thing, or a 404 that says what was looked for. */
export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new HttpError(404, 'NOT_FOUND', `There is no such ${what}.`);
  return thing;
}

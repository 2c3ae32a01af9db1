import type { Json } from '@tributary/sdk';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { HttpError } from './errors.js';

/** JSON.parse, with the place of the fault in its error; what was sent is not repeated in it. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw badJson(text);
  }
}

/** V8 names the place only for some faults, and quotes the body. The slower parser is asked once it is clear that it is bad. */
function badJson(text: string): HttpError {
  if (text.trim() === '') return new HttpError(400, 'BAD_JSON', 'The body is empty. Send a JSON object.', { path: '' });
  const fault = firstFault(text);
  if (!fault) return new HttpError(400, 'BAD_JSON', 'The body is not JSON.', { path: '' });
  const before = text.slice(0, fault.offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const what = printParseErrorCode(fault.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const place = `line ${before.length}, column ${column} (position ${fault.offset})`;
  return new HttpError(400, 'BAD_JSON', `The body is not JSON: ${what} at ${place}.`, { path: '' });
}

function firstFault(text: string): ParseError | undefined {
  const faults: ParseError[] = [];
  try {
    parse(text, faults, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  } catch {
    // It walks recursively: a text that is nested too deep for it has no known place.
  }
  return faults[0];
}

import type { Json, JsonObject } from '@tributary/sdk';
import type { Answer } from '../http/index.js';

/** What the next node may want; cookies and the like are not stored. */
const KEPT = ['content-type', 'etag', 'last-modified', 'location', 'link', 'retry-after', 'x-request-id'];

/** An answer as the output of a node: JSON where it says that it is, else text. */
export function answerOf({ status, headers, body }: Answer): JsonObject {
  const kept: JsonObject = {};
  for (const name of KEPT) if (headers[name] !== undefined) kept[name] = headers[name];
  return { status, headers: kept, body: read(body.toString('utf8'), headers['content-type'] ?? '') };
}

function read(text: string, type: string): Json {
  if (text === '') return null;
  if (!/[/+]json\b/i.test(type)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Engine, type IncomingRequest, LIMITS, type Source } from '@tributary/engine';
import { EVENT_TYPES, type Json, type JsonObject } from '@tributary/sdk';
import { answerError } from '../http/answer.js';
import { readBody } from '../http/body.js';
import { HttpError } from '../http/errors.js';
import { parseJson } from '../http/json.js';
import type { Log } from '../log.js';
import { allowOrigin, answerPreflight } from './cors.js';
import { pathOf } from './path.js';
import { keyOfHeader, sourceOf } from './write-key.js';

type Call = (typeof EVENT_TYPES)[number] | 'batch';

/** Path -> call, with and without a slash at the end. */
const CALLS = new Map<string, Call>();
for (const call of [...EVENT_TYPES, 'batch'] as const) {
  CALLS.set(`/v1/${call}`, call);
  CALLS.set(`/v1/${call}/`, call);
}

/** A string, which Node sends in one piece with its headers. */
const SUCCESS = '{"success":true}';
const SUCCESS_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': SUCCESS.length };

/**
 * Takes the calls of the Segment tracking format, and says whether the request was one. This is the hot path: it stands
 * in front of the app, looks its path up in a map, reads the body once and parses it once.
 */
export function createCollect({ engine, log }: { engine: Engine; log: Log }) {
  return function collect(req: IncomingMessage, res: ServerResponse): boolean {
    const call = CALLS.get(pathOf(req));
    if (call === undefined) return false;
    if (req.method === 'OPTIONS') {
      answerPreflight(req, res, 'POST, OPTIONS');
      return true;
    }
    allowOrigin(req, res);
    take(engine, call, req).then(
      () => {
        res.writeHead(200, SUCCESS_HEADERS);
        res.end(SUCCESS);
      },
      (error: unknown) => answerError(res, error, `/v1/${call}`, log),
    );
    return true;
  };
}

async function take(engine: Engine, call: Call, req: IncomingMessage): Promise<void> {
  if (req.method !== 'POST') {
    throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'Events are sent with POST.', {
      headers: { Allow: 'POST, OPTIONS' },
    });
  }
  const { text, bytes } = await readBody(req, LIMITS.requestBytes);
  const key = keyOfHeader(req.headers.authorization);
  const known = key === undefined ? undefined : await sourceOf(engine, key);
  const body = parseJson(text);
  if (!isObject(body)) throw new HttpError(400, 'NOT_AN_OBJECT', 'The body must be a JSON object.', { path: '' });
  const source = known ?? (await sourceOf(engine, body.writeKey));
  const request = requestOf(source, call, body, bytes, req);
  if (request.calls.length > 0) await engine.collect.accept(request);
}

function requestOf(source: Source, call: Call, body: JsonObject, bytes: number, req: IncomingMessage): IncomingRequest {
  if (call !== 'batch' && bytes > LIMITS.eventBytes) {
    const limit = LIMITS.eventBytes / 1024;
    throw new HttpError(413, 'EVENT_TOO_LARGE', `The event is larger than ${limit} KB.`, { path: '' });
  }
  const request: IncomingRequest = { source, calls: call === 'batch' ? callsOf(body) : [body], bytes };
  if (call !== 'batch') body.type = call;
  else if (body.context !== undefined) request.context = body.context;
  if (body.sentAt !== undefined) request.sentAt = body.sentAt;
  const userAgent = req.headers['user-agent'];
  if (userAgent !== undefined) request.userAgent = userAgent;
  return request;
}

function callsOf({ batch }: JsonObject): Json[] {
  if (!Array.isArray(batch)) {
    throw new HttpError(400, 'NO_BATCH', '"batch" must be an array of calls.', { path: '/batch' });
  }
  if (batch.length > LIMITS.eventsPerRequest) {
    throw new HttpError(
      413,
      'TOO_MANY_EVENTS',
      `"batch" holds ${batch.length} events, and at most ${LIMITS.eventsPerRequest} are taken. Send it in parts.`,
      { path: '/batch' },
    );
  }
  return batch;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

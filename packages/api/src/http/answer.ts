import type { ServerResponse } from 'node:http';
import { safeError } from '@tributary/engine';
import type { Log } from '../log.js';
import { answerFor } from './errors.js';

/** Ends a response with JSON. */
export function answerJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: { [name: string]: string } = {},
) {
  if (res.headersSent || res.destroyed) return;
  const text = Buffer.from(JSON.stringify(body));
  res.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': text.length,
  });
  res.end(text);
}

/** Ends a response with the answer for an error. Only what nobody foresaw is logged as an error. */
export function answerError(res: ServerResponse, error: unknown, route: string, log: Log): void {
  const { status, headers, body, unexpected } = answerFor(error);
  if (unexpected) log.error({ route, err: safeError(error) }, 'A request failed');
  else if (status >= 500) log.warn({ route, code: body.error.code }, 'A request was put off');
  answerJson(res, status, body, { 'Cache-Control': 'no-store', ...headers });
}

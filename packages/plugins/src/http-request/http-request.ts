import { definePlugin, OneOf, Template, Type } from '@tributary/sdk';
import {
  type Call,
  checkHeaders,
  Headers,
  headerValue,
  messageId,
  parseUrl,
  send,
  statusError,
} from '../http/index.js';
import { parseJson } from '../shared/value.js';
import { answerOf } from './answer.js';

/** Asks an HTTP service; the flow goes on with the answer as its input. */
export const httpRequest = definePlugin({
  name: 'http-request',
  version: '1.0.0',
  title: 'HTTP request',
  description: 'Asks an HTTP service and hands its answer to the next node.',
  config: Type.Object(
    {
      method: OneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], { default: 'GET' }),
      url: Template({ minLength: 1, maxLength: 2_000, description: 'Address; values go in by {{ … | url_encode }}.' }),
      headers: Type.Optional(Headers(Template())),
      body: Type.Optional(Template({ description: 'Body; values go into JSON by {{ … | json }}.' })),
      contentType: Type.String({ default: 'application/json', maxLength: 200 }),
      timeoutSeconds: Type.Number({ default: 15, minimum: 1, maximum: 60 }),
    },
    { additionalProperties: false },
  ),
  ports: ['out', 'error'],
  failedPort: 'error',
  check({ method, body, headers }) {
    const faults = checkHeaders(headers);
    if (method === 'GET' && body !== undefined) faults.push({ path: '/body', message: 'A GET carries no body.' });
    return faults;
  },
  prepare({ render }, { url, headers, body, contentType }) {
    const address = parseUrl(render(url).trim());
    const ready: Call['headers'] = {};
    for (const [name, value] of Object.entries(headers ?? {}))
      ready[name.toLowerCase()] = headerValue(name, render(value));
    const text = body === undefined ? undefined : render(body);
    if (text !== undefined && contentType.includes('json')) parseJson(text);
    return {
      destination: address.origin,
      payload: { url: address.href, headers: ready, ...(text === undefined ? {} : { body: text }) },
    };
  },
  async deliver({ payload, idempotencyKey, signal, network }, { method, contentType, timeoutSeconds }) {
    const { url, headers, body } = payload as { url: string; headers: Call['headers']; body?: string };
    const own: Call['headers'] = body === undefined ? {} : { 'content-type': contentType };
    if (method !== 'GET') own['idempotency-key'] = messageId(idempotencyKey);
    const answer = await send(
      {
        url: parseUrl(url),
        method,
        headers: { accept: 'application/json, text/*;q=0.8', ...headers, ...own },
        ...(body === undefined ? {} : { body }),
      },
      {
        allowPrivate: network.allowPrivateDestinations,
        signal,
        timeoutMs: timeoutSeconds * 1_000,
        redirects: 'follow',
        wantBody: true,
      },
    );
    const error = statusError(answer.status, answer.headers['retry-after']);
    // "Not found" is an answer, too; "come back later" is none.
    if (error !== undefined && !error.permanent) throw error;
    return { port: error === undefined ? 'out' : 'error', output: answerOf(answer) };
  },
});

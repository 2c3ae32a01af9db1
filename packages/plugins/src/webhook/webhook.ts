import { createHmac } from 'node:crypto';
import { definePlugin, type Json, OneOf, type RunContext, Type } from '@tributary/sdk';
import { checkHeaders, Headers, headerValue, messageId, parseUrl, send, statusError } from '../http/index.js';

const PARTS = ['event', 'profile', 'session', 'input'] as const;

/** Posts what happened to an address, signed by the Standard Webhooks specification. */
export const webhook = definePlugin({
  name: 'webhook',
  version: '1.0.0',
  title: 'Webhook',
  description: 'Posts the event and the profile as JSON to an address, signed, with retries.',
  config: Type.Object(
    {
      url: Type.String({ minLength: 1, maxLength: 2_000, description: 'Where to post: https:// or http://.' }),
      secret: Type.Optional(
        Type.String({
          pattern: '^whsec_[A-Za-z0-9+/]+={0,2}$',
          maxLength: 200,
          format: 'password',
          description: 'Signs each call; the receiver has the same. whsec_ and 24 to 64 bytes in base64.',
        }),
      ),
      type: Type.String({
        default: 'flow.event',
        minLength: 1,
        maxLength: 200,
        description: 'The `type` of the message.',
      }),
      include: Type.Array(OneOf(PARTS), {
        default: ['event', 'profile'],
        uniqueItems: true,
        description: 'What the `data` of the message holds.',
      }),
      headers: Type.Optional(Headers(Type.String({ maxLength: 4_000 }))),
      timeoutSeconds: Type.Number({ default: 15, minimum: 1, maximum: 60 }),
    },
    { additionalProperties: false },
  ),
  ports: ['out', 'failed'],
  failedPort: 'failed',
  check({ url, secret, headers }) {
    const faults = checkHeaders(headers);
    for (const [name, value] of Object.entries(headers ?? {}))
      faultOf(() => headerValue(name, value), `/headers/${name}`, faults);
    faultOf(() => parseUrl(url), '/url', faults);
    if (secret !== undefined) faultOf(() => checkSecret(secret), '/secret', faults);
    return faults;
  },
  prepare(context, { url, type, include }) {
    const data: { [part: string]: Json } = {};
    for (const part of include) data[part] = partOf(context, part);
    // Text, so that every attempt sends the same bytes.
    const body = JSON.stringify({ type, timestamp: context.now, data });
    return { destination: parseUrl(url).origin, payload: { body } };
  },
  async deliver({ payload, idempotencyKey, signal, network }, { url, secret, headers, timeoutSeconds }) {
    const { body } = payload as { body: string };
    const id = messageId(idempotencyKey);
    const seconds = String(Math.floor(Date.now() / 1_000));
    const answer = await send(
      {
        url: parseUrl(url),
        method: 'POST',
        headers: {
          ...lowerCase(headers),
          'content-type': 'application/json',
          'idempotency-key': id,
          'webhook-id': id,
          'webhook-timestamp': seconds,
          ...(secret === undefined ? {} : { 'webhook-signature': sign(secret, id, seconds, body) }),
        },
        body,
      },
      {
        allowPrivate: network.allowPrivateDestinations,
        signal,
        timeoutMs: timeoutSeconds * 1_000,
        redirects: 'keep',
        wantBody: false,
      },
    );
    const error = statusError(answer.status, answer.headers['retry-after']);
    if (error !== undefined) throw error;
    return { port: 'out', output: { status: answer.status } };
  },
});

function partOf(context: RunContext, part: (typeof PARTS)[number]): Json {
  if (part === 'input') return context.input;
  if (part === 'session') return (context.session ?? null) as unknown as Json;
  return (part === 'event' ? context.event : context.profile.view()) as unknown as Json;
}

/** The specification asks for 24 to 64 bytes. */
function checkSecret(secret: string): void {
  const bytes = keyOf(secret).length;
  if (bytes < 24 || bytes > 64) throw new Error(`The secret has ${bytes} bytes: take 24 to 64, such as 32 random ones`);
}

/** Standard Webhooks, "Signature scheme": HMAC-SHA256 of `id.timestamp.body`, `v1,` and base64. */
function sign(secret: string, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice('whsec_'.length), 'base64');
}

function lowerCase(headers: { [name: string]: string } = {}): { [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function faultOf(attempt: () => unknown, path: string, faults: { path: string; message: string }[]): void {
  try {
    attempt();
  } catch (error) {
    faults.push({ path, message: error instanceof Error ? error.message : String(error) });
  }
}

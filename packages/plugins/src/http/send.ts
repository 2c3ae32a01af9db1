import { DeliveryError, withDeadline } from '@tributary/sdk';
import type { Dispatcher } from 'undici';
import { connectionError } from './errors.js';
import { type Call, nextCall } from './redirect.js';

export const MAX_ANSWER = 1_048_576;
const MAX_REDIRECTS = 5;

export interface SendOptions {
  allowPrivate: boolean;
  /** The attempt's own signal. */
  signal: AbortSignal;
  /** For the whole call, redirects included. */
  timeoutMs: number;
  /**
   * `keep` follows only redirects that keep method and body (307, 308), and any for GET; another
   * one is the answer. `follow` also takes those that turn a POST into a GET, as browsers do.
   */
  redirects: 'keep' | 'follow';
  /** False: the body of the answer is not kept. */
  wantBody: boolean;
}

export interface Answer {
  status: number;
  headers: { [name: string]: string };
  body: Buffer;
}

/** Makes one call and follows its redirects. What goes wrong on the way is a DeliveryError. */
export function send(call: Call, options: SendOptions): Promise<Answer> {
  return withDeadline(options.signal, options.timeoutMs, (signal) => followed(call, options, signal));
}

async function followed(call: Call, options: SendOptions, signal: AbortSignal): Promise<Answer> {
  try {
    for (let hop = 0; ; hop++) {
      const { status, headers, body } = await once(call, options, signal);
      const next = nextCall(call, status, headers.location, options.redirects);
      if (next === undefined) return { status, headers, body };
      if (hop === MAX_REDIRECTS)
        throw new DeliveryError(`The destination redirects more than ${MAX_REDIRECTS} times`, {
          permanent: true,
          status,
        });
      call = next;
    }
  } catch (error) {
    // undici reports an abort under names of its own: what matters is why it was aborted.
    throw connectionError(signal.aborted && !(error instanceof DeliveryError) ? signal.reason : error);
  }
}

async function once(call: Call, options: SendOptions, signal: AbortSignal): Promise<Answer> {
  // With the first call: to load the client is a twentieth of a process's start, and most roles call nobody.
  const { agentFor, request } = await import('./agent.js');
  const response = await request(call.url, {
    method: call.method as Dispatcher.HttpMethod,
    headers: { 'accept-encoding': 'identity', 'user-agent': 'Tributary', ...call.headers },
    body: call.body ?? null,
    dispatcher: agentFor(options.allowPrivate),
    signal,
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
  });
  const headers: Answer['headers'] = {};
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const isRedirect = response.statusCode >= 300 && response.statusCode < 400;
  if (!options.wantBody || isRedirect) {
    await response.body.dump({ limit: 65_536, signal });
    return { status: response.statusCode, headers, body: Buffer.alloc(0) };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > MAX_ANSWER)
      throw new DeliveryError(`The answer is larger than ${MAX_ANSWER} bytes`, {
        permanent: true,
        status: response.statusCode,
      });
    chunks.push(chunk);
  }
  return { status: response.statusCode, headers, body: Buffer.concat(chunks) };
}

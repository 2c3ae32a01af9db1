import { DeliveryError } from '@tributary/sdk';

const DAY = 86_400_000;
/** Statuses of the 400s that ask for another attempt. */
const AGAIN = new Set([408, 425, 429]);
/** What the codes of a failed connection mean. The text names no address: addresses can hold personal data. */
const REASONS: { [code: string]: string } = {
  ENOTFOUND: 'The name of the destination was not found',
  EAI_AGAIN: 'The name service did not answer',
  ECONNREFUSED: 'The destination refused the connection',
  ECONNRESET: 'The destination closed the connection',
  UND_ERR_SOCKET: 'The destination closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'The destination did not accept the connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'The destination did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'The destination did not finish its answer in time',
};

/** An error of the connection as a DeliveryError: permanent when another attempt cannot help. */
export function connectionError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (code === 'REFUSED_ADDRESS')
    return new DeliveryError(`${message}. An operator can allow it with TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS.`, {
      permanent: true,
    });
  if (name === 'TimeoutError') return new DeliveryError('The destination did not answer in time');
  if (name === 'AbortError') return new DeliveryError('The attempt was broken off');
  if (code === 'UND_ERR_INVALID_ARG')
    return new DeliveryError('The request cannot be sent: see the URL and the headers', { permanent: true });
  const reason = REASONS[code ?? ''] ?? 'The destination could not be reached';
  return new DeliveryError(code === undefined ? reason : `${reason} (${code})`);
}

/** An answer that is no success as a DeliveryError; `undefined` for 2xx. */
export function statusError(
  status: number,
  retryAfter: string | undefined,
  now = Date.now(),
): DeliveryError | undefined {
  if (status >= 200 && status < 300) return undefined;
  const permanent = status >= 300 && status < 500 && !AGAIN.has(status);
  const wait = parseRetryAfter(retryAfter, now);
  return new DeliveryError(`The destination answered ${status}`, {
    permanent,
    status,
    ...(wait === undefined ? {} : { retryAfter: wait }),
  });
}

/** Milliseconds of a `Retry-After` header (seconds or a date), at most a day. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const wait = /^\d{1,10}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), DAY);
}

import { DeliveryError } from '@tributary/sdk';

export interface Call {
  url: URL;
  method: string;
  headers: { [name: string]: string };
  body?: string;
}

/** Headers that may go to another origin; any other could be a credential. */
const HARMLESS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/** The URL of a call: http or https, without a user name or password in it. Throws an Error that says what to do. */
export function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Error('The URL cannot be read: it begins with https:// or http://');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error('The URL begins with https:// or http://');
  if (url.username !== '' || url.password !== '')
    throw new Error('The URL holds a user name or password: put credentials into a header');
  return url;
}

/** The call that a redirect asks for, or `undefined` when the answer stands. */
export function nextCall(
  call: Call,
  status: number,
  location: string | undefined,
  mode: 'keep' | 'follow',
): Call | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const safe = call.method === 'GET' || call.method === 'HEAD';
  const keeps = safe || status === 307 || status === 308;
  if (!keeps && mode === 'keep') return undefined;
  let url: URL;
  try {
    url = parseUrl(new URL(location, call.url).href);
  } catch {
    throw new DeliveryError('The destination redirects to an address that cannot be called', {
      permanent: true,
      status,
    });
  }
  if (call.url.protocol === 'https:' && url.protocol === 'http:')
    throw new DeliveryError('The destination redirects from https to http', { permanent: true, status });
  const headers = url.origin === call.url.origin ? { ...call.headers } : harmless(call.headers);
  if (keeps || (status !== 303 && call.method !== 'POST')) return { ...call, url, headers };
  delete headers['content-type'];
  return { url, method: 'GET', headers };
}

function harmless(headers: Call['headers']): Call['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name.toLowerCase())));
}

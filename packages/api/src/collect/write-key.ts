import type { Engine, Source } from '@tributary/engine';
import { HttpError } from '../http/errors.js';

/** The write key of an HTTP Basic header: the user name; a trailing colon or a password does not matter. */
export function keyOfHeader(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^basic /i.test(authorization)) return undefined;
  const decoded = Buffer.from(authorization.slice(6).trim(), 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? decoded : decoded.slice(0, colon);
}

/** The source that a write key opens, or a 401. */
export async function sourceOf(engine: Engine, key: unknown): Promise<Source> {
  if (typeof key !== 'string' || key === '') {
    throw new HttpError(
      401,
      'NO_WRITE_KEY',
      'There is no write key. Send it as the user name of HTTP Basic, or as "writeKey" in the body.',
    );
  }
  const source = await engine.sources.byWriteKey(key);
  // No WWW-Authenticate: browsers would show visitors of a site a window that asks for a password.
  if (!source)
    throw new HttpError(401, 'UNKNOWN_WRITE_KEY', 'The write key is unknown, or its source is switched off.');
  return source;
}

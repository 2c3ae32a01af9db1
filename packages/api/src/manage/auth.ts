import type { Engine } from '@tributary/engine';
import { HttpError } from '../http/errors.js';

/** Throws a 401 unless the header bears a management token. */
export async function authorize(engine: Engine, authorization: string | undefined): Promise<void> {
  const token = authorization === undefined ? undefined : /^bearer\s+(\S+)$/i.exec(authorization.trim())?.[1];
  if (token === undefined) {
    throw unauthorized('NO_TOKEN', 'There is no management token. Send it as "Authorization: Bearer TOKEN".');
  }
  if (!(await engine.tokens.verify(token))) throw unauthorized('UNKNOWN_TOKEN', 'The management token is unknown.');
}

function unauthorized(code: string, message: string): HttpError {
  return new HttpError(401, code, message, { headers: { 'WWW-Authenticate': 'Bearer realm="tributary"' } });
}

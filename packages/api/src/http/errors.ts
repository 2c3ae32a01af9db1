import { BadCursor, InvalidInput, Overloaded, QueueUnavailable, StoreUnavailable } from '@tributary/engine';

/** A fault at one place of what was sent. */
export interface Fault {
  path: string;
  code: string;
  message: string;
}

/** A refusal that the caller can read: it becomes `{error: {code, message, path?, faults?}}`. */
export class HttpError extends Error {
  override name = 'HttpError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: { path?: string; faults?: Fault[]; headers?: { [name: string]: string } } = {},
  ) {
    super(message);
  }
}

export interface ErrorAnswer {
  status: number;
  headers: { [name: string]: string };
  body: { error: { code: string; message: string; path?: string; faults?: Fault[] } };
  /** True when it is our fault and nobody knows it yet: to be logged. */
  unexpected: boolean;
}

const INPUT_STATUS = { INVALID: 400, NOT_FOUND: 404, CONFLICT: 409 } as const;
const RETRY_SECONDS = 2;

/** What is answered for an error, whatever threw it. */
export function answerFor(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) {
    const { path, faults, headers = {} } = error.more;
    return answer(error.status, error.code, error.message, { path, faults, headers });
  }
  if (error instanceof InvalidInput) {
    const faults = error.faults.length > 0 ? error.faults : undefined;
    return answer(INPUT_STATUS[error.code], error.code, error.message, { path: faults?.[0]?.path, faults });
  }
  if (error instanceof Overloaded) return unavailable(error.code, error.message, error.retryAfterSeconds);
  if (error instanceof QueueUnavailable) {
    return unavailable('QUEUE_UNAVAILABLE', 'The queue cannot be reached. Send the request again later.');
  }
  if (error instanceof StoreUnavailable) {
    return unavailable('STORE_UNAVAILABLE', 'The store cannot be reached. Send the request again later.');
  }
  if (error instanceof BadCursor) {
    return answer(400, error.code, 'The cursor is not one that this list gave. Start without it.', { path: '/cursor' });
  }
  if (error instanceof URIError)
    return answer(400, 'BAD_URL', 'The address is not encoded well. Use percent encoding.');
  const unknown = answer(500, 'INTERNAL', 'Something went wrong here. The log of the server says what.');
  return { ...unknown, unexpected: true };
}

function unavailable(code: string, message: string, seconds = RETRY_SECONDS): ErrorAnswer {
  return answer(503, code, message, { headers: { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) } });
}

function answer(
  status: number,
  code: string,
  message: string,
  more: { path?: string | undefined; faults?: Fault[] | undefined; headers?: { [name: string]: string } } = {},
): ErrorAnswer {
  const { path, faults, headers = {} } = more;
  const error = { code, message, ...(path !== undefined && { path }), ...(faults && { faults }) };
  return { status, headers, body: { error }, unexpected: false };
}

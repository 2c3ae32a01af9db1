import { hold } from './fault.js';

interface Said {
  status: number;
  retryAfter: string | undefined;
  body: string;
}

/** Bad input that no place in it can be named for: the whole request is meant. */
const WHOLE = new Set([
  'BAD_ENCODING',
  'BAD_REQUEST',
  'BAD_URL',
  'BODY_TOO_LARGE',
  'INCOMPLETE',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNSUPPORTED_ENCODING',
]);
const LATER = new Set(['OVERLOADED', 'QUEUE_UNAVAILABLE', 'STORE_UNAVAILABLE']);

interface Refusal {
  code: string;
  message: string;
  path?: string;
  faults?: { path: unknown; code: unknown; message: unknown }[];
}

/** What holds for every answer: no 5xx but an honest 503, and a refusal says what is wrong and where. */
export function checkAnswer({ status, retryAfter, body }: Said): void {
  const shown = () => `${status} ${body.slice(0, 500)}`;
  if (status < 400) return;
  const error = refusalOf(body);
  hold(error !== undefined, () => `A refusal without code and message: ${shown()}`);
  if (status >= 500) {
    hold(status === 503 && LATER.has(error.code), () => `Answered ${shown()}`);
    hold(Number(retryAfter) >= 1, () => `A 503 without Retry-After: ${shown()}`);
    return;
  }
  if (status === 400 && !WHOLE.has(error.code)) {
    hold(typeof error.path === 'string', () => `A refusal that names no place: ${shown()}`);
  }
  if (error.path !== undefined) hold(isPointer(error.path), () => `The place is no JSON pointer: ${shown()}`);
  for (const fault of error.faults ?? []) {
    const whole = [fault.path, fault.code, fault.message].every((part) => typeof part === 'string');
    hold(whole && fault.message !== '', () => `A fault without place or reason: ${shown()}`);
  }
}

function refusalOf(body: string): Refusal | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: Refusal };
    const good = /^[A-Z][A-Z_]+$/.test(error?.code ?? '') && (error?.message ?? '').length > 5;
    return good ? error : undefined;
  } catch {
    return undefined;
  }
}

function isPointer(path: string): boolean {
  return path === '' || path.startsWith('/');
}

import type { Logger } from 'pino';

/** An error as it is logged. */
export class SafeError {
  readonly type: string;
  readonly code?: string | number;
  readonly message: string;
  /** Where it was thrown: frames alone. */
  readonly stack?: string;
  readonly cause?: SafeError;

  constructor(error: Error, depth: number) {
    const { code } = error as { code?: unknown };
    const stack = framesOf(error);
    const cause = inner(error);
    this.type = error.name;
    if (typeof code === 'string' || typeof code === 'number') this.code = code;
    this.message = safeMessage(error.message);
    if (stack !== undefined) this.stack = stack;
    if (cause !== undefined && depth < DEPTH) this.cause = safeError(cause, depth + 1);
  }
}

const DEPTH = 4;
const LENGTH = 500;

/**
 * An error without personal data. Drivers put what they were given onto their errors (the command of a Redis error,
 * the row in the detail of a PostgreSQL error, the documents of a MongoDB error), and quote values in their messages:
 * so only known fields are taken, and of a message what cannot be a value.
 */
export function safeError(error: unknown, depth = 0): SafeError {
  // Two loggers, one in the other, must not make it less than it is.
  if (error instanceof SafeError) return error;
  if (error instanceof Error) return new SafeError(error, depth);
  return { type: typeof error, message: 'Something was thrown that is not an error.' };
}

/** A message without what it quotes, and without what looks like an address or a number of a person. */
export function safeMessage(message: string): string {
  return (
    message
      .slice(0, 4 * LENGTH)
      // From the first quote to the last: what is quoted may have quotes of its own.
      .replace(/"[\s\S]*("|$)/, '"…"')
      .replace(/`[\s\S]*(`|$)|(?<!\w)'[^']*('|$)/g, '"…"')
      .replace(/[({[][^)}\]]*[:=,@][^)}\]]*([)}\]]|$)/g, '(…)')
      .replace(/(\w+:\/\/)(?:[^\s/?#]*@)?([^\s/?#]*)\S*/g, '$1$2')
      .replace(/\S+@\S+/g, '…')
      .replace(/\+?\d[\d\s()/-]{6,}\d/g, '…')
      .slice(0, LENGTH)
  );
}

/** The logger, with errors written safely, whatever it does with them elsewhere. */
export function safeLog(log: Logger): Logger {
  return log.child({}, { serializers: { err: (error: unknown) => safeError(error) } });
}

/** The first lines of a stack repeat the message. */
function framesOf(error: Error): string | undefined {
  const frames = error.stack?.split('\n').filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  return frames && frames.length > 0 ? frames.map((line) => line.trim()).join('\n') : undefined;
}

function inner(error: Error): unknown {
  if (error.cause !== undefined) return error.cause;
  return error instanceof AggregateError ? error.errors[0] : undefined;
}

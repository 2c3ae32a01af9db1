import type { Logger } from 'pino';

/** An error as it is logged. */
export interface SafeError {
  type: string;
  code?: string | number;
  message: string;
  /** Where it was thrown: frames alone. */
  stack?: string;
  cause?: SafeError;
}

const DEPTH = 4;
const LENGTH = 500;

/**
 * An error without personal data. Drivers put what they were given onto their errors (the command of a Redis error,
 * the row in the detail of a PostgreSQL error, the documents of a MongoDB error), and quote values in their messages:
 * so only known fields are taken, and of a message what cannot be a value.
 */
export function safeError(error: unknown, depth = 0): SafeError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Something was thrown that is not an error.' };
  const { code } = error as { code?: unknown };
  const stack = framesOf(error);
  const cause = inner(error);
  return {
    type: error.name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    message: safeMessage(error.message),
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && depth < DEPTH && { cause: safeError(cause, depth + 1) }),
  };
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

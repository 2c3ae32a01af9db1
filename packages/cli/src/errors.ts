/** Something that the person at the command line can mend: one sentence, exit code 1. */
export class CliError extends Error {
  override name = 'CliError';
}

const SPOKEN = new Set(['INVALID_SETTING', 'PARTITIONS_CHANGED', 'PORT_IN_USE', 'DATA_FOLDER_HELD', 'QUEUE_TOO_OLD']);

/** Exit codes: what the supervisor makes of the end of a process. */
export const EXIT = { mistake: 1, crash: 70 } as const;

/** The sentence for a mistake in settings or use, or undefined when the error is a fault of the program. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof CliError) return error.message;
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && SPOKEN.has(code)) return error.message;
  if (error.name === 'QueueUnavailable' || error.name === 'StoreUnavailable') return error.message;
  if (error.name === 'PluginError') return error.message;
  return undefined;
}

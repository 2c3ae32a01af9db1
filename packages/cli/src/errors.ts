/** Something that the person at the command line can mend: one sentence, exit code 1. */
export class CliError extends Error {
  override name = 'CliError';
}

/** Names of errors whose messages are written for operators. */
const SPOKEN = new Set([
  'CliError',
  'InvalidSetting',
  'NewerSchema',
  'UnknownForm',
  'DataFolderHeld',
  'OwnershipLost',
  'PluginError',
  'QueueError',
  'QueueUnavailable',
  'StoreUnavailable',
]);

/** Exit codes: what the supervisor makes of the end of a process. */
export const EXIT = { mistake: 1, crash: 70 } as const;

/** The sentence for a mistake in settings or use, or undefined when the error is a fault of the program. */
export function sentenceOf(error: unknown): string | undefined {
  return error instanceof Error && SPOKEN.has(error.name) ? error.message : undefined;
}

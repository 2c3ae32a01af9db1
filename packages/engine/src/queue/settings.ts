/** Times and limits of a queue, in milliseconds and bytes. Tests make them short. */
export interface QueueSettings {
  /** How long a batch stays reserved for a worker that says nothing. */
  lockDuration: number;
  /** How often batches of dead workers are looked for (Redis). */
  stalledInterval: number;
  /** Seconds that an idle worker waits before it looks by itself. */
  drainDelay: number;
  /** After this time an add or a command fails. */
  commandTimeout: number;
  /** How long the first connection may take. */
  connectTimeout: number;
  /** Longest pause between two attempts at a batch whose handler throws. */
  maxBackoff: number;
  /** What `stop` waits for running batches when it is not told. */
  patience: number;
  /** The room that the queue may take; without it only the server's own limit counts. */
  maxBytes: number | undefined;
}

/** Told about faults that the queue lives with: a handler's error, a connection lost and found. */
export type OnError = (error: unknown, where: { partition?: number; batch?: string }) => void;

const DEFAULTS: QueueSettings = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  drainDelay: 1,
  commandTimeout: 1_500,
  connectTimeout: 10_000,
  maxBackoff: 5_000,
  patience: 20_000,
  maxBytes: undefined,
};

/** Fills in what is not set. */
export function completeSettings(given: Partial<QueueSettings> = {}): QueueSettings {
  return { ...DEFAULTS, ...given };
}

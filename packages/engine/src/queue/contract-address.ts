import type { QueueSettings } from './settings.js';

/** Where a child process finds the queue. */
export type QueueAddress =
  | { kind: 'redis'; url: string; prefix: string }
  | { kind: 'postgres'; url: string; schema: string }
  | { kind: 'pglite'; folder: string; schema: string };

/** Short times, for tests. */
export const QUICK: Partial<QueueSettings> = { lockDuration: 1_500, stalledInterval: 400, maxBackoff: 200 };

export const PARTITIONS = 2;

/** The number of the batch that kills its worker three times. */
export const POISON = 40;

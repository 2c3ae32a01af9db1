/** A fault of the queue that an operator has to repair; `path` names the setting. */
export class QueueError extends Error {
  override name = 'QueueError';
  constructor(
    readonly code: QueueErrorCode,
    message: string,
    readonly path: string,
  ) {
    super(message);
  }
}

export type QueueErrorCode =
  | 'PARTITIONS_CHANGED'
  | 'PARTITIONS_INVALID'
  | 'PARTITION_UNKNOWN'
  | 'NO_DEPLOYMENT'
  | 'SEARCH_PATH_WRONG'
  | 'STILL_AT_WORK';

/** Somebody asked for a deployment that does not exist, and did not want to make one. */
export function noDeployment(): QueueError {
  return new QueueError(
    'NO_DEPLOYMENT',
    'There is no deployment here yet: nothing was ever started on it.',
    'partitions',
  );
}

/** The number of partitions decides which queue holds a person's events: changing it would break their order. */
export function partitionsChanged(stored: number, wanted: number): QueueError {
  return new QueueError(
    'PARTITIONS_CHANGED',
    `This deployment was created with ${stored} partitions, or changed to them, and cannot run with ${wanted}: ` +
      `set TRIBUTARY_PARTITIONS to ${stored}, or stop all processes and change it with "tributary partitions ${wanted}".`,
    'TRIBUTARY_PARTITIONS',
  );
}

/** Refuses a number of partitions that makes no sense. */
export function checkPartitions(partitions: number): void {
  if (Number.isInteger(partitions) && partitions >= 1 && partitions <= 1024) return;
  throw new QueueError(
    'PARTITIONS_INVALID',
    `TRIBUTARY_PARTITIONS is ${partitions}: it must be a whole number from 1 to 1024.`,
    'TRIBUTARY_PARTITIONS',
  );
}

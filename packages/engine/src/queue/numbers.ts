import { checkPartitions, partitionsChanged } from './errors.js';

/** Partitions of a deployment that is created without a number. */
export const DEFAULT_PARTITIONS = 16;

/** What the queue's store keeps of the numbers of partitions. */
export interface Numbers {
  /** What new batches are shared between. */
  readonly partitions: number;
  /** The largest number that there has been: workers look into all of these, so that nothing is ever left behind. */
  readonly all: number;
}

/** The number that a deployment is created with when this process is its first. */
export function firstNumber(wanted: number | undefined): number {
  if (wanted !== undefined) checkPartitions(wanted);
  return wanted ?? DEFAULT_PARTITIONS;
}

/** The stored numbers, refused with PARTITIONS_CHANGED when this process wants another one. */
export function agree(stored: { partitions: unknown; all: unknown }, wanted: number | undefined): Numbers {
  const partitions = Number(stored.partitions);
  if (wanted !== undefined && wanted !== partitions) throw partitionsChanged(partitions, wanted);
  return { partitions, all: Math.max(partitions, Number(stored.all ?? 0)) };
}

import { checkPartitions, noDeployment, partitionsChanged } from './errors.js';

/**
 * Partitions of a deployment that is created without a number. Several processes (Redis) can share the work of as many;
 * one process alone shares it with nobody, and fewer and larger batches cost it less (docs/performance.md).
 */
export const DEFAULT_PARTITIONS = { several: 16, one: 4 } as const;

/** What the queue's store keeps of the numbers of partitions. */
export interface Numbers {
  /** What new batches are shared between. */
  readonly partitions: number;
  /** The largest number that there has been: workers look into all of these, so that nothing is ever left behind. */
  readonly all: number;
}

/** What an opener of the queue says of its partitions. */
export interface WantedNumber {
  /** Refused when the deployment has another; without one it is that of the deployment, or the default for a new one. */
  partitions?: number | undefined;
  /** Whether there must be a deployment: else NO_DEPLOYMENT. */
  mustExist?: boolean;
}

/** The number that a deployment is created with when this process is its first; none when it must not create one. */
export function firstNumber(
  { partitions, mustExist }: WantedNumber,
  processes: keyof typeof DEFAULT_PARTITIONS,
): number | undefined {
  if (partitions !== undefined) checkPartitions(partitions);
  return mustExist ? undefined : (partitions ?? DEFAULT_PARTITIONS[processes]);
}

/** The stored numbers, refused with PARTITIONS_CHANGED when this process wants another one. */
export function agree(stored: { partitions: unknown; all: unknown }, wanted: number | undefined): Numbers {
  if (stored.partitions == null) throw noDeployment();
  const partitions = Number(stored.partitions);
  if (wanted !== undefined && wanted !== partitions) throw partitionsChanged(partitions, wanted);
  return { partitions, all: Math.max(partitions, Number(stored.all ?? 0)) };
}

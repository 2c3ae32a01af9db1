import type { Health } from '../port.js';
import { checkPartitions, QueueError } from '../queue/errors.js';
import type { Queue } from '../queue/port.js';
import type { Store } from '../storage/port.js';
import { Heartbeats, isLiving, LIVING } from './heartbeats.js';

/**
 * Changes the number of partitions of a deployment that stands still, for the processes that are started afterwards. A
 * person's events go into another partition then, so those before must all be done (G2): fails with STILL_AT_WORK, and
 * changes nothing, while a process lives or a batch waits.
 */
export async function changePartitions(
  { queue, store }: { queue: Pick<Queue, 'partitions' | 'waiting' | 'setPartitions'>; store: Store },
  partitions: number,
): Promise<void> {
  checkPartitions(partitions);
  const heartbeats = new Heartbeats(store, () => undefined);
  const refuseLiving = async () => {
    const living = (await heartbeats.list()).filter(isLiving);
    if (living.length > 0) throw stillAtWork(rolesOf(living));
  };
  await refuseLiving();
  const waiting = await queue.waiting();
  if (waiting.length > 0) {
    const events = waiting.reduce((sum, batch) => sum + batch.events, 0);
    throw stillAtWork(
      `Events still wait: ${events}, in ${waiting.length} of the queue's jobs. Start a worker without an api, and stop it once they are done.`,
    );
  }
  await queue.setPartitions(partitions);
  // A process that was just starting has the old number: it says that it lives before it looks at the number again.
  await refuseLiving().catch(async (error: unknown) => {
    await queue.setPartitions(queue.partitions);
    throw error;
  });
}

function rolesOf(living: Health['workers']): string {
  const roles = living.map((process) => process.roles.join(' and ')).join(', ');
  const last = Math.min(...living.map(({ secondsAgo }) => secondsAgo));
  return `Processes of this deployment live (${roles}; the last word ${last} s ago). Stop them, the apis first; one that was killed counts for ${LIVING} s.`;
}

function stillAtWork(why: string): QueueError {
  return new QueueError('STILL_AT_WORK', `The number of partitions stays as it is. ${why}`, 'partitions');
}

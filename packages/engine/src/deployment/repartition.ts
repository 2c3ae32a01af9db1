import type { Health } from '../port.js';
import { QueueError } from '../queue/errors.js';
import type { Queue } from '../queue/port.js';
import type { Store } from '../storage/port.js';
import { Heartbeats, isLiving } from './heartbeats.js';

/**
 * Changes the number of partitions of a deployment that stands still, for the processes that are started afterwards. A
 * person's events go into another partition then, so those before must all be done (G2): fails with STILL_AT_WORK, and
 * changes nothing, while a process lives or a batch waits.
 */
export async function changePartitions(
  { queue, store }: { queue: Pick<Queue, 'waiting' | 'setPartitions'>; store: Store },
  partitions: number,
): Promise<void> {
  const living = (await new Heartbeats(store, () => undefined).list()).filter(isLiving);
  if (living.length > 0) throw stillAtWork(rolesOf(living));
  const waiting = await queue.waiting();
  if (waiting.length > 0) {
    const events = waiting.reduce((sum, batch) => sum + batch.events, 0);
    throw stillAtWork(
      `${waiting.length} batches with ${events} events still wait. Start a worker without an api, and stop it once they are done.`,
    );
  }
  await queue.setPartitions(partitions);
}

function rolesOf(living: Health['workers']): string {
  const roles = living.map((process) => process.roles.join(' and ')).join(', ');
  const last = Math.min(...living.map(({ secondsAgo }) => secondsAgo));
  return `Processes of this deployment live (${roles}; the last word ${last} s ago). Stop them, the apis first; one that was killed counts for 20 s.`;
}

function stillAtWork(why: string): QueueError {
  return new QueueError('STILL_AT_WORK', `The number of partitions stays as it is. ${why}`, 'partitions');
}

import type { Redis } from 'ioredis';
import { weakened } from '../telemetry/weakened.js';
import { QueueError } from './errors.js';
import { agree, firstNumber, type WantedNumber } from './numbers.js';
import { PartitionedQueue } from './partitions.js';
import { type Queue, QueueUnavailable } from './port.js';
import { commandClient, connect } from './redis-clients.js';
import { numberKeys, RedisStore } from './redis-store.js';
import { completeSettings, type OnError, type QueueSettings } from './settings.js';
import { TextQueue } from './text-queue.js';

export interface RedisQueueOptions extends WantedNumber {
  url: string;
  /** In front of every key, so that several deployments can share a server. */
  prefix?: string;
  settings?: Partial<QueueSettings>;
  onError?: OnError;
}

/**
 * Opens the queue on Redis, for any number of processes. Fails with QueueUnavailable when Redis does not answer in
 * time, and with PARTITIONS_CHANGED when the deployment has another number of partitions.
 */
export async function createRedisQueue(options: RedisQueueOptions): Promise<Queue> {
  const { url, prefix = 'tributary', onError = () => undefined } = options;
  const first = firstNumber(options, 'several');
  const settings = completeSettings(options.settings);
  const client = commandClient(url, settings);
  try {
    await connect(client, settings.connectTimeout);
    const keys = numberKeys(prefix);
    if (first !== undefined) await client.setnx(keys.partitions, first);
    const [partitions, all] = await client.mget(keys.partitions, keys.all);
    const numbers = agree({ partitions, all }, options.partitions);
    const queues = Array.from({ length: numbers.all }, (_, partition) => openQueue(client, prefix, partition));
    // Over any number of processes, one batch of a partition is in work at a time.
    const atOnce = weakened('order-guard') ? 2 : 1;
    await Promise.all(queues.map((queue) => queue.setGlobalConcurrency(atOnce)));
    return new PartitionedQueue(new RedisStore(client, prefix, queues, settings), numbers, settings, onError);
  } catch (error) {
    client.disconnect();
    if (error instanceof QueueError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new QueueUnavailable(`Redis does not answer, check REDIS_URL: ${reason}`, { cause: error });
  }
}

function openQueue(client: Redis, prefix: string, partition: number): TextQueue {
  const queue = new TextQueue(`p${partition}`, {
    connection: client,
    prefix,
    skipVersionCheck: true,
    // Nobody reads BullMQ's streams of events here.
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', () => undefined);
  return queue;
}

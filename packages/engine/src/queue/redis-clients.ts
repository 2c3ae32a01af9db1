import type { Duplex } from 'node:stream';
import { Redis, type RedisOptions } from 'ioredis';
import type { QueueSettings } from './settings.js';

/** BullMQ's scripts are tested with the second protocol; what they answer is the same in both. */
const SHARED = { protocol: 2, retryStrategy: (times: number) => Math.min(times * 50, 500) } as const;

/**
 * Commands of one turn of the event loop leave in one write: all partitions that add, verify or complete at the same
 * moment cost one call of the system. The order stays, and nothing waits for more to come.
 */
class GatheringRedis extends Redis {
  #held: Duplex | undefined;

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const { stream } = this as unknown as { stream?: Duplex };
    if (stream && this.#held !== stream) {
      this.#held = stream;
      stream.cork();
      setImmediate(() => {
        if (this.#held === stream) this.#held = undefined;
        stream.uncork();
      });
    }
    return super.sendCommand(...args);
  }
}

/**
 * The command connection of a process: it fails fast, because an add that waits for Redis would keep a client waiting,
 * and a loop that works off a partition has a backoff of its own. BullMQ makes each worker's blocking connection by
 * `duplicate`, and that one has to wait for Redis as long as it takes.
 */
export function commandClient(url: string, settings: QueueSettings): Redis {
  const client = new GatheringRedis(url, {
    ...SHARED,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: settings.commandTimeout,
    connectTimeout: settings.commandTimeout,
  });
  const duplicate = ({ connectionName }: Pick<RedisOptions, 'connectionName'> = {}) =>
    new Redis(url, { ...SHARED, maxRetriesPerRequest: null, ...(connectionName ? { connectionName } : {}) });
  return Object.assign(client, { duplicate });
}

/** Connects, and keeps trying until the time is over. */
export async function connect(client: Redis, limit: number): Promise<void> {
  const ready = new Promise<void>((resolve) => client.once('ready', resolve));
  let last: unknown = new Error('no answer');
  client.on('error', (error) => {
    last = error;
  });
  client.connect().catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(last), limit);
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}

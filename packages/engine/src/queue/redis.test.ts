import { randomUUID } from 'node:crypto';
import { need, startRedis } from '@tributary/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { queueContract } from './contract.js';
import { closing, type QueueBed } from './contract-bed.js';
import { killContract } from './contract-kill.js';
import { outageContract } from './contract-outage.js';
import { createRedisQueue } from './redis.js';

describe.skipIf(!need('redis').ok)('Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  async function make(): Promise<QueueBed> {
    const { url } = server;
    const prefix = `t-${randomUUID()}`;
    const queues = closing((options) => createRedisQueue({ url, prefix, partitions: 2, ...options }));
    const address = { kind: 'redis', url, prefix } as const;
    return { address, shared: true, open: queues.open, handOver: queues.closeAll, close: queues.closeAll };
  }

  queueContract('Redis', make);
  killContract('Redis', make);
  outageContract('Redis', make, () => server);
});

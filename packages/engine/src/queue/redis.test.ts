import { randomUUID } from 'node:crypto';
import { freePort, need, startRedis } from '@tributary/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { queueContract } from './contract.js';
import { addNumbered, closing, drained, numbered, type QueueBed, sealed } from './contract-bed.js';
import { killContract } from './contract-kill.js';
import { outageContract } from './contract-outage.js';
import { shareContract } from './contract-share.js';
import { QueueUnavailable } from './port.js';
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
  shareContract('Redis', make);
  outageContract('Redis', make, () => server);

  it('aborts a batch whose lock was taken, and neither ends it nor gives it back', async () => {
    const { url } = server;
    const prefix = `t-${randomUUID()}`;
    const settings = { lockDuration: 600, stalledInterval: 200 };
    const queue = await createRedisQueue({ url, prefix, partitions: 1, settings });
    const redis = new Redis(url);
    const batch = numbered(0, 0);
    const lock = `${prefix}:p0:${batch.id}:lock`;
    await queue.add(0, sealed(batch));
    const seen: unknown[] = [];
    queue.work(async (_batch, lease) => {
      if (lease.attempt > 1) return void seen.push(lease.attempt);
      await redis.set(lock, 'another', 'PX', 900);
      await new Promise((resolve) => lease.signal.addEventListener('abort', resolve));
      seen.push(await lease.verify(), await redis.get(lock), (await queue.waiting()).length);
    });
    await drained(queue);
    expect(seen).toEqual([false, 'another', 1, 2]);
    redis.disconnect();
    await queue.close();
  });

  it('aborts a batch whose lock cannot be renewed in time', async () => {
    const bed = await make();
    const queue = await bed.open({ settings: { lockDuration: 600, stalledInterval: 200 } });
    await addNumbered(queue, 0, 2);
    const begun: number[] = [];
    let aborted = false;
    queue.work(async ({ accepted }, { signal }) => {
      begun.push(accepted);
      if (begun.length > 1) return;
      await server.kill();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
      await server.restart();
    });
    await vi.waitFor(() => drained(queue, 100), { timeout: 15_000, interval: 100 });
    expect(aborted).toBe(true);
    expect(begun).toEqual([0, 0, 1]);
    await bed.close();
  });

  it('takes back a batch that Redis gave it in an answer that was lost', async () => {
    const { url } = server;
    const prefix = `t-${randomUUID()}`;
    const queue = await createRedisQueue({ url, prefix, partitions: 1, settings: { lockDuration: 60_000 } });
    const redis = new Redis(url);
    const [first, second] = [numbered(0, 0), numbered(0, 1)];
    const begun: number[] = [];
    await queue.add(0, sealed(first));
    queue.work(async ({ accepted, id }) => {
      begun.push(accepted);
      if (accepted !== 0 || begun.length > 1) return;
      // As if the end of this batch and the begin of the next had happened, and nobody had heard of it.
      const token = (await redis.get(`${prefix}:p0:${id}:lock`)) ?? '';
      await queue.add(0, sealed(second));
      await redis.del(`${prefix}:p0:${id}`, `${prefix}:p0:${id}:lock`);
      await redis.lrem(`${prefix}:p0:active`, 1, id);
      await redis.lmove(`${prefix}:p0:wait`, `${prefix}:p0:active`, 'RIGHT', 'LEFT');
      await redis.set(`${prefix}:p0:${second.id}:lock`, token, 'PX', 60_000);
    });
    await drained(queue);
    expect(begun).toEqual([0, 1]);
    redis.disconnect();
    await queue.close();
  });

  it('says which settings weaken a promise', async () => {
    const weak = await startRedis({ appendonly: false, maxmemory: '64mb' });
    const other = new Redis(weak.url);
    await other.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const queue = await createRedisQueue({ url: weak.url, partitions: 1, settings: { maxBytes: 2 ** 40 } });
    const said = await queue.warnings();
    expect(said.filter((line) => /noeviction|appendonly/.test(line))).toHaveLength(2);
    expect(await queue.pressure()).toEqual({ usedBytes: expect.any(Number), maxBytes: 64 * 2 ** 20 });
    await other.config('SET', 'maxmemory-policy', 'noeviction');
    await other.config('SET', 'maxmemory', '1');
    await expect(queue.add(0, sealed(numbered(0, 0)))).rejects.toThrow(QueueUnavailable);
    await expect(queue.check()).rejects.toThrow(QueueUnavailable);
    other.disconnect();
    await queue.close();
    await weak.stop();
  });

  it('fails at the start when nobody answers', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const settings = { connectTimeout: 300 };
    await expect(createRedisQueue({ url, partitions: 1, settings })).rejects.toThrow(QueueUnavailable);
  });
});

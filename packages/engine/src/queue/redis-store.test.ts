import { randomUUID } from 'node:crypto';
import { need, startRedis } from '@tributary/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisStore } from './redis-store.js';
import { completeSettings } from './settings.js';
import { TextQueue } from './text-queue.js';

describe.skipIf(!need('redis').ok)('a look at all partitions in Redis', () => {
  async function aStore() {
    const server = await startRedis();
    const client = new Redis(server.url, { maxRetriesPerRequest: null });
    const prefix = `t-${randomUUID()}`;
    const queues = ['p0', 'p1'].map(
      (name) => new TextQueue(name, { connection: client, prefix, skipVersionCheck: true }),
    );
    const store = new RedisStore(client, prefix, queues, completeSettings({}));
    onTestFinished(async () => {
      await store.close();
      await server.stop();
    });
    return { client, prefix, queues, store };
  }

  it('gives the lead to one process at a time, for a moment, and says to the others what waits longest', async () => {
    const { client, prefix, queues, store } = await aStore();
    for (const id of ['first', 'second']) await queues[1]?.add('batch', store.jobData('{}'), { jobId: id });
    const found = [
      { isFree: false, isHeld: false },
      { isFree: true, isHeld: false },
    ];
    expect(await store.look('a', false)).toEqual({ leader: 'nobody', found });
    expect(await store.look('a', true)).toEqual({ leader: 'this process', found });
    expect(await client.pttl(`${prefix}:lead`)).toBeLessThanOrEqual(250);
    // The rest is not a matter of time.
    await client.set(`${prefix}:lead`, 'a');
    const oldest = [undefined, 'first'];
    expect(await store.look('b', true)).toEqual({ leader: 'another', found, oldest });
    expect(await store.look('b', false)).toEqual({ leader: 'another', found, oldest });
    expect(await store.look('a', false)).toEqual({ leader: 'nobody', found });
    expect(await store.look('b', true)).toEqual({ leader: 'this process', found });
  });

  it('writes a lead that stands anew only when a quarter of its time is over', async () => {
    const { client, prefix, store } = await aStore();
    await store.look('a', true);
    await client.pexpire(`${prefix}:lead`, 200);
    await store.look('a', true);
    expect(await client.pttl(`${prefix}:lead`)).toBeLessThanOrEqual(200);
    await client.pexpire(`${prefix}:lead`, 100);
    await store.look('a', true);
    expect(await client.pttl(`${prefix}:lead`)).toBeGreaterThan(100);
  });
});

import { randomUUID } from 'node:crypto';
import { need, startRedis } from '@tributary/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisStore } from './redis-store.js';
import { completeSettings } from './settings.js';
import { TextQueue } from './text-queue.js';

const WANTS = { leads: true, pause: 60_000 };
const REFUSES = { leads: false, pause: 60_000 };

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
    expect(await store.look('a', REFUSES)).toEqual({ leader: 'nobody', found });
    expect(await client.exists(`${prefix}:lead`)).toBe(0);
    expect(await store.look('a', WANTS)).toEqual({ leader: 'this process', found });
    expect(await client.pttl(`${prefix}:lead`)).toBeLessThanOrEqual(1_000);
    // The rest is not a matter of time.
    await client.set(`${prefix}:lead`, 'a');
    const oldest = [undefined, 'first'];
    expect(await store.look('b', WANTS)).toEqual({ leader: 'another', found, oldest });
    expect(await store.look('b', REFUSES)).toEqual({ leader: 'another', found, oldest });
    await client.del(`${prefix}:lead`);
    expect(await store.look('b', WANTS)).toEqual({ leader: 'this process', found });
  });

  it('gives a lead that was given up to nobody for as long as whoever gave it up says', async () => {
    const { client, prefix, store } = await aStore();
    await store.look('a', WANTS);
    expect((await store.look('a', REFUSES)).leader).toBe('nobody');
    const left = await client.pttl(`${prefix}:lead`);
    expect(left).toBeGreaterThan(1_000);
    expect(left).toBeLessThanOrEqual(REFUSES.pause);
    for (const process of ['a', 'b']) {
      for (const wish of [WANTS, REFUSES]) expect((await store.look(process, wish)).leader).toBe('nobody');
    }
    expect(await client.pttl(`${prefix}:lead`)).toBeLessThanOrEqual(left);
    await client.del(`${prefix}:lead`);
    expect((await store.look('b', WANTS)).leader).toBe('this process');
  });

  it('writes a lead that stands anew only when a quarter of its time is over', async () => {
    const { client, prefix, store } = await aStore();
    await store.look('a', WANTS);
    await client.pexpire(`${prefix}:lead`, 800);
    await store.look('a', WANTS);
    expect(await client.pttl(`${prefix}:lead`)).toBeLessThanOrEqual(800);
    await client.pexpire(`${prefix}:lead`, 400);
    await store.look('a', WANTS);
    expect(await client.pttl(`${prefix}:lead`)).toBeGreaterThan(400);
  });
});

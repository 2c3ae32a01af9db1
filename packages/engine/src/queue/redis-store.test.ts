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
      { isFree: false, isHeld: false, isBehind: false },
      { isFree: true, isHeld: false, isBehind: false },
    ];
    expect(await store.look('a', 'rest')).toEqual({ leader: 'nobody', found });
    expect(await client.exists(`${prefix}:lead`)).toBe(0);
    expect(await store.look('a', 'lead')).toEqual({ leader: 'this process', found });
    expect(await client.pttl(`${prefix}:lead`)).toBeLessThanOrEqual(1_000);
    // The rest is not a matter of time.
    await client.set(`${prefix}:lead`, 'a');
    const oldest = [undefined, 'first'];
    expect(await store.look('b', 'lead')).toEqual({ leader: 'another', found, oldest });
    expect(await store.look('b', 'rest')).toEqual({ leader: 'another', found, oldest });
    await client.del(`${prefix}:lead`);
    expect(await store.look('b', 'lead')).toEqual({ leader: 'this process', found });
  });

  it('gives a lead that was too much to nobody, for twice as long each time, up to a minute, and forgets that', async () => {
    const { client, prefix, store } = await aStore();
    const rest = `${prefix}:lead:rest`;
    const remembered = 60_000;
    for (const [process, pause] of [
      ['a', 1_000],
      ['b', 2_000],
      ['c', 4_000],
      ['a', 8_000],
      ['a', 16_000],
      ['b', 32_000],
      ['b', 60_000],
      ['b', 60_000],
    ] as const) {
      expect((await store.look(process, 'lead')).leader).toBe('this process');
      expect((await store.look(process, 'rest')).leader).toBe('nobody');
      // Of those before this program, who know of no rest, none takes it for a leader.
      expect(await client.exists(`${prefix}:lead`)).toBe(0);
      const left = await client.pttl(rest);
      expect(left).toBeGreaterThan(pause + remembered - 900);
      expect(left).toBeLessThanOrEqual(pause + remembered);
      for (const other of ['a', 'b']) expect((await store.look(other, 'lead')).leader).toBe('nobody');
      expect((await store.look('b', 'rest')).leader).toBe('nobody');
      expect(await client.pttl(rest)).toBeLessThanOrEqual(left);
      // The rest is over, and remembered.
      await client.pexpire(rest, remembered - 1);
    }
    await client.del(rest);
    await store.look('a', 'lead');
    await store.look('a', 'rest');
    expect(await client.get(rest)).toBe('1000');
  });

  it('gives the lead of a process that ends to the next one at once', async () => {
    const { store } = await aStore();
    await store.look('a', 'lead');
    expect((await store.look('b', 'leave')).leader).toBe('another');
    expect((await store.look('a', 'leave')).leader).toBe('nobody');
    expect((await store.look('b', 'lead')).leader).toBe('this process');
  });

  it('says of which partitions more waits than one who gets on with them would leave', async () => {
    const { queues, store } = await aStore();
    const add = (n: number) => queues[1]?.add('batch', store.jobData('{}'), { jobId: `j${n}` });
    for (let n = 0; n < 32; n++) await add(n);
    expect((await store.look('a', 'rest')).found.map(({ isBehind }) => isBehind)).toEqual([false, false]);
    await add(32);
    expect((await store.look('a', 'rest')).found.map(({ isBehind }) => isBehind)).toEqual([false, true]);
  });

  it('writes a lead that stands anew only when a quarter of its time is over', async () => {
    const { client, prefix, store } = await aStore();
    await store.look('a', 'lead');
    await client.pexpire(`${prefix}:lead`, 800);
    await store.look('a', 'lead');
    expect(await client.pttl(`${prefix}:lead`)).toBeLessThanOrEqual(800);
    await client.pexpire(`${prefix}:lead`, 400);
    await store.look('a', 'lead');
    expect(await client.pttl(`${prefix}:lead`)).toBeGreaterThan(400);
  });

  it('leaves nothing of a job that it takes out', async () => {
    const { client, prefix, queues, store } = await aStore();
    for (const id of ['first', 'second']) await queues[0]?.add('batch', store.jobData('{}'), { jobId: id });
    await store.remove(0, ['first', 'unknown']);
    expect(await queues[0]?.getWaitingCount()).toBe(1);
    expect((await client.keys(`${prefix}:p0:*first*`)).concat(await client.keys(`${prefix}:p0:*second*`))).toEqual([
      `${prefix}:p0:second`,
    ]);
  });

  it('reads ahead no more than a megabyte and one', async () => {
    const { queues, store } = await aStore();
    const text = JSON.stringify('x'.repeat(600_000));
    for (let n = 0; n < 4; n++) await queues[0]?.add('batch', store.jobData(text), { jobId: `j${n}` });
    expect((await store.next(0, 4)).length).toBe(2);
  });
});

import { need, startRedis } from '@tributary/testing';
import { Job } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JsonText, TextQueue } from './text-queue.js';

describe.skipIf(!need('redis').ok)('a queue of text', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it('keeps the text as it is, and whoever reads it gets what it says', async () => {
    const redis = new Redis(server.url, { protocol: 2, maxRetriesPerRequest: null });
    const queue = new TextQueue('text', { connection: redis });
    // Not as JSON.stringify would write it.
    const text = '{"b": 1.0, "a": "\\ud800"}';
    const { id } = await queue.add('name', new JsonText(text), { jobId: 'one' });
    expect(await redis.hget(queue.toKey('one'), 'data')).toBe(text);
    expect((await Job.fromId(queue, id as string))?.data).toEqual({ b: 1, a: '\ud800' });
    // BullMQ may write a job again that it has read.
    expect((await queue.getJob('one'))?.asJSON().data).toBe('{"b":1,"a":"\\ud800"}');
    await queue.close();
    redis.disconnect();
  });
});

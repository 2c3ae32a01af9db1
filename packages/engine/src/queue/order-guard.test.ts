import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { need, startRedis } from '@tributary/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { weaken } from '../testing/hooks.js';
import { addNumbered, closing, drained } from './contract-bed.js';
import { createPostgresQueue } from './postgres.js';
import { createRedisQueue } from './redis.js';

afterEach(() => weaken(undefined));

describe('the order guard on PostgreSQL in the process', () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await PGlite.create();
  });
  afterAll(() => pglite.close());

  /** The order in which batches are begun when the process dies amid the first one. */
  async function begun(): Promise<number[]> {
    const schema = `q_${randomUUID().replaceAll('-', '')}`;
    const queues = closing((options) => createPostgresQueue({ pglite, schema, ...options, partitions: 1 }));
    const dying = await queues.open();
    await addNumbered(dying, 0, 3);
    let die = () => {};
    await new Promise<void>((began) => {
      dying.work(
        () =>
          new Promise((resolve) => {
            die = resolve;
            began();
          }),
      );
    });
    const order: number[] = [];
    const living = await queues.open();
    const worker = living.work(async ({ accepted }) => void order.push(accepted));
    await drained(living);
    await worker.stop();
    die();
    await queues.closeAll();
    return order;
  }

  it('begins again with the batch that was interrupted', { timeout: 30_000 }, async () => {
    expect(await begun()).toEqual([0, 1, 2]);
  });
  it('without it, the others pass it', { timeout: 30_000 }, async () => {
    weaken('order-guard');
    expect(await begun()).toEqual([1, 2, 0]);
  });
});

describe.skipIf(!need('redis').ok)('the order guard on Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  /** The most batches of one partition that two processes have in work at a time. */
  async function mostAtATime(): Promise<number> {
    const { url } = server;
    const prefix = `t-${randomUUID()}`;
    const queues = closing((options) => createRedisQueue({ url, prefix, ...options, partitions: 1 }));
    const [one, two] = [await queues.open(), await queues.open()];
    await addNumbered(one, 0, 4);
    let now = 0;
    let most = 0;
    const handler = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 300));
      now--;
    };
    one.work(handler);
    two.work(handler);
    await drained(one);
    await queues.closeAll();
    return most;
  }

  it('lets one batch of a partition be in work at a time', { timeout: 30_000 }, async () => {
    expect(await mostAtATime()).toBe(1);
  });
  it('without it, two processes have two in work', { timeout: 30_000 }, async () => {
    weaken('order-guard');
    expect(await mostAtATime()).toBe(2);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Batch } from '../events/batch.js';
import { addNumbered, drained, type MakeBed, numbered, type QueueBed, rejected, sealed, upTo } from './contract-bed.js';
import { numbersContract } from './contract-numbers.js';
import { GiveBack, type Lease } from './port.js';

/** What every queue does, whatever it is made of. */
export function queueContract(name: string, make: MakeBed): void {
  describe(`the queue on ${name}`, () => {
    let bed: QueueBed;
    beforeEach(async () => {
      bed = await make();
    });
    afterEach(async () => bed.close());
    numbersContract(make);

    it('keeps an added batch over a restart, and says what waits without loading it', async () => {
      const first = await bed.open();
      const one = numbered(0, 7, { producer: 'api-1', accepted: 41 });
      const two = numbered(0, 8, { items: [], accepted: 41 });
      await first.add(0, sealed(one));
      await first.add(0, sealed(two));
      await bed.handOver();
      const again = await bed.open();
      expect(await again.waiting()).toEqual([
        { id: one.id, partition: 0, events: 1, producer: 'api-1', accepted: 41, createdAt: one.createdAt },
        { id: two.id, partition: 0, events: 0, producer: 'test', accepted: 41, createdAt: two.createdAt },
      ]);
    });

    it('takes a repeated add once', async () => {
      const queue = await bed.open();
      const batch = numbered(1, 0);
      await Promise.all([queue.add(1, sealed(batch)), queue.add(1, sealed(batch))]);
      await queue.add(1, sealed(batch));
      expect(await queue.waiting()).toHaveLength(1);
      const handler = vi.fn(async () => {});
      queue.work(handler);
      await drained(queue);
      expect(handler).toHaveBeenCalledTimes(1);
    });

    it('refuses a partition that it does not have', async () => {
      const queue = await bed.open();
      await expect(queue.add(2, sealed(numbered(2, 0)))).rejects.toMatchObject({ code: 'PARTITION_UNKNOWN' });
    });

    it('works off each partition in order, one batch at a time, over several workers', async () => {
      const queue = await bed.open();
      const order: number[][] = [[], []];
      const running = [0, 0];
      let overlaps = 0;
      const handler = async ({ partition, accepted }: Batch) => {
        running[partition] = (running[partition] ?? 0) + 1;
        if ((running[partition] ?? 0) > 1) overlaps++;
        order[partition]?.push(accepted);
        await sleep(accepted % 3);
        running[partition] = (running[partition] ?? 0) - 1;
      };
      queue.work(handler);
      queue.work(handler);
      await Promise.all([addNumbered(queue, 0, 30), addNumbered(queue, 1, 30)]);
      queue.work(handler);
      await drained(queue);
      expect(order).toEqual([upTo(30), upTo(30)]);
      expect(overlaps).toBe(0);
    });

    it('keeps the order of adds that are not awaited', async () => {
      const queue = await bed.open();
      const batches = upTo(20).map((n) => numbered(0, n));
      await Promise.all(batches.map((batch) => queue.add(0, sealed(batch))));
      expect((await queue.waiting()).map(({ accepted }) => accepted)).toEqual(upTo(20));
    });

    it('puts a batch that is given back at the head', async () => {
      const queue = await bed.open();
      await addNumbered(queue, 0, 4);
      const begun: number[] = [];
      const attempts: number[] = [];
      const stalls = new Set<number>();
      queue.work(async ({ accepted }, { attempt, stalls: n }) => {
        begun.push(accepted);
        stalls.add(n ?? 0);
        if (accepted === 1) attempts.push(attempt);
        if (accepted === 1 && attempts.length < 3) throw new GiveBack();
      });
      await drained(queue);
      expect(begun).toEqual([0, 1, 1, 1, 2, 3]);
      expect(attempts).toEqual([1, 2, 3]);
      expect([...stalls]).toEqual([0]);
    });

    it('calls a handler that throws again, in place, and reports the error', async () => {
      const onError = vi.fn();
      const queue = await bed.open({ onError });
      const [, bad] = await addNumbered(queue, 0, 4);
      const begun: string[] = [];
      const failure = new Error('The store is away.');
      queue.work(async ({ accepted }, { attempt }) => {
        begun.push(`${accepted}/${attempt}`);
        if (accepted === 1 && attempt < 4) throw failure;
      });
      await drained(queue);
      expect(begun).toEqual(['0/1', '1/1', '1/2', '1/3', '1/4', '2/1', '3/1']);
      expect(onError.mock.calls).toEqual(Array(3).fill([failure, { partition: 0, batch: bad?.id }]));
    });

    it('keeps the lock of a slow handler', async () => {
      const queue = await bed.open({ settings: { lockDuration: 400, stalledInterval: 100 } });
      await addNumbered(queue, 0, 2);
      const begun: number[] = [];
      const held: boolean[] = [];
      const handler = async ({ accepted }: Batch, lease: Lease) => {
        begun.push(accepted);
        if (accepted === 0) await sleep(1_500);
        held.push(await lease.verify(), !lease.signal.aborted);
      };
      queue.work(handler);
      queue.work(handler);
      await drained(queue);
      expect(begun).toEqual([0, 1]);
      expect(held).toEqual([true, true, true, true]);
    });

    it('reads what waits behind a batch, and takes out what was done with it', async () => {
      const queue = await bed.open();
      const batches = await addNumbered(queue, 0, 5);
      await addNumbered(queue, 1, 1);
      const begun: number[] = [];
      const read: Batch[][] = [];
      queue.work(async ({ accepted, partition }, lease) => {
        if (partition === 1) return;
        begun.push(accepted);
        if (accepted > 0) return;
        read.push(await lease.following(3), await lease.following(9));
        await lease.drop(batches.slice(1, 3));
      });
      await drained(queue);
      expect(read).toEqual([batches.slice(1, 4), batches.slice(1)]);
      expect(begun).toEqual([0, 3, 4]);
    });

    it('leaves a batch that somebody works on where it is', async () => {
      const queue = await bed.open();
      const batches = await addNumbered(queue, 0, 3);
      const waiting: number[][] = [];
      const begun: number[] = [];
      queue.work(async ({ accepted }, lease) => {
        begun.push(accepted);
        if (accepted > 0) return;
        await lease.drop(batches.slice(0, 2));
        waiting.push((await queue.waiting()).map((batch) => batch.accepted));
      });
      await drained(queue);
      expect(waiting).toEqual([[0, 2]]);
      expect(begun).toEqual([0, 2]);
    });

    it('carries any text', async () => {
      const queue = await bed.open();
      const texts = ['\u0000', 'a\ud800b', '\udfff', '\\u0000', '"\\', '\u2028 ☃ 😀', 'x'.repeat(200_000)];
      const items = texts.map((text) => ({ kind: 'rejected' as const, rejected: rejected(text) }));
      const batch = numbered(0, 0, { producer: 'a\u0000"\ud800', items });
      await queue.add(0, sealed(batch));
      const got: Batch[] = [];
      queue.work(async (found) => void got.push(found));
      await drained(queue);
      expect(got).toEqual([batch]);
    });

    it('counts a batch in work as waiting until it is done', async () => {
      const queue = await bed.open();
      await addNumbered(queue, 0, 3);
      let finish: () => void = () => {};
      const gate = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const begun: number[] = [];
      queue.work(async ({ accepted }) => {
        begun.push(accepted);
        if (accepted === 1) await gate;
      });
      await vi.waitFor(() => expect(begun).toEqual([0, 1]), 60_000);
      expect((await queue.waiting()).map(({ accepted }) => accepted)).toEqual([1, 2]);
      finish();
      await drained(queue);
    });

    it('stops when the running batch is done, and begins no other', async () => {
      const queue = await bed.open();
      await addNumbered(queue, 0, 3);
      const ended: number[] = [];
      const begun: number[] = [];
      const worker = queue.work(async ({ accepted }) => {
        begun.push(accepted);
        await sleep(300);
        ended.push(accepted);
      });
      await vi.waitFor(() => expect(begun).toEqual([0]), 60_000);
      await worker.stop();
      expect(ended).toEqual([0]);
      expect((await queue.waiting()).map(({ accepted }) => accepted)).toEqual([1, 2]);
      queue.work(async ({ accepted }) => void begun.push(accepted));
      await drained(queue);
      expect(begun).toEqual([0, 1, 2]);
    });

    it('has batches given back when patience is over', async () => {
      const queue = await bed.open();
      await addNumbered(queue, 0, 2);
      const begun: string[] = [];
      const worker = queue.work(async ({ accepted }) => {
        begun.push(`first ${accepted}`);
        throw new Error('The store is away.');
      });
      await vi.waitFor(() => expect(begun.length).toBeGreaterThan(1), 60_000);
      const before = Date.now();
      await worker.stop(200);
      expect(Date.now() - before).toBeLessThan(2_000);
      expect((await queue.waiting()).map(({ accepted }) => accepted)).toEqual([0, 1]);
      const then: number[] = [];
      queue.work(async ({ accepted }) => void then.push(accepted));
      await drained(queue);
      expect(then).toEqual([0, 1]);
    });

    it('answers its checks', async () => {
      const queue = await bed.open({ settings: { maxBytes: 1_000_000 } });
      await queue.check();
      const before = await queue.pressure();
      expect(before?.maxBytes).toBe(1_000_000);
      const noise = upTo(60_000)
        .map((n) => ((n * 7919) % 9973).toString(36))
        .join('');
      await queue.add(0, sealed(numbered(0, 0, { items: [{ kind: 'rejected', rejected: rejected(noise) }] })));
      expect((await queue.pressure())?.usedBytes).toBeGreaterThan((before?.usedBytes ?? 0) + 10_000);
      expect(Array.isArray(await queue.warnings())).toBe(true);
    });
  });
}

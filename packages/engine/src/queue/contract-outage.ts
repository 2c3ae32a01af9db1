import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { addNumbered, drained, type MakeBed, numbered, sealed, upTo } from './contract-bed.js';
import { QueueUnavailable } from './port.js';

/** A server that goes away and comes back: nobody has to be started again. */
export function outageContract(
  name: string,
  make: MakeBed,
  server: () => { kill(): Promise<void>; restart(): Promise<void> },
): void {
  describe(`an outage of ${name}`, () => {
    it('refuses adds at once, and goes on in order when the server is back', { timeout: 180_000 }, async () => {
      const bed = await make();
      try {
        const onError = vi.fn();
        const queue = await bed.open({ onError });
        const ended: number[] = [];
        const handler = async ({ accepted }: { accepted: number }) => {
          await sleep(30);
          ended.push(accepted);
        };
        queue.work(handler);
        await addNumbered(queue, 0, 40);
        await vi.waitFor(() => expect(ended.length).toBeGreaterThan(5), 60_000);
        await server().kill();
        for (const pause of [0, 300, 1_000]) {
          await sleep(pause);
          const begun = Date.now();
          await expect(queue.add(0, sealed(numbered(0, -1)))).rejects.toThrow(QueueUnavailable);
          expect(Date.now() - begun).toBeLessThan(2_000);
        }
        await expect(queue.check()).rejects.toThrow(QueueUnavailable);
        const before = ended.length;
        await server().restart();
        await vi.waitFor(() => queue.add(0, sealed(numbered(0, 40))), { timeout: 60_000, interval: 100 });
        await queue.add(1, sealed(numbered(1, 41)));
        await drained(queue, 30_000);
        // A batch whose end was not heard of may be done again, before any later one.
        const partition0 = ended.filter((n) => n < 41);
        expect(partition0.filter((n, at) => n !== partition0[at - 1])).toEqual(upTo(41));
        expect(ended.length).toBeGreaterThan(before);
        expect(ended).toContain(41);
        expect(onError).toHaveBeenCalled();
      } finally {
        await bed.close();
      }
    });

    it('wakes a worker that was idle when the server went away', { timeout: 180_000 }, async () => {
      const bed = await make();
      try {
        const queue = await bed.open();
        const ended: number[] = [];
        queue.work(async ({ accepted }) => void ended.push(accepted));
        await addNumbered(queue, 0, 1);
        await drained(queue);
        await sleep(300);
        await server().kill();
        await sleep(1_500);
        await server().restart();
        await vi.waitFor(() => queue.add(0, sealed(numbered(0, 1))), { timeout: 60_000, interval: 100 });
        await queue.add(1, sealed(numbered(1, 2)));
        await drained(queue);
        expect([...ended].sort()).toEqual([0, 1, 2]);
      } finally {
        await bed.close();
      }
    });

    it('stops while the server is away', { timeout: 180_000 }, async () => {
      const bed = await make();
      try {
        const queue = await bed.open();
        await addNumbered(queue, 0, 2);
        let begun = 0;
        const worker = queue.work(async (_batch, { signal }) => {
          begun++;
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          throw new Error('The store is away.');
        });
        await vi.waitFor(() => expect(begun).toBe(1), 60_000);
        await server().kill();
        const before = Date.now();
        await worker.stop(500);
        expect(Date.now() - before).toBeLessThan(8_000);
        await server().restart();
        const then: number[] = [];
        queue.work(async ({ accepted }) => void then.push(accepted));
        await drained(queue, 20_000);
        expect(then).toEqual([0, 1]);
      } finally {
        await bed.close();
      }
    });
  });
}

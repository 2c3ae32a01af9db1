import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Batch, BatchItem } from '../events/batch.js';
import { type Queue, QueueUnavailable } from '../queue/port.js';
import { Lane } from './lane.js';

/** The one call of a queue that a lane makes: what it does is up to the test. */
function laneInto(add: (batch: Batch) => Promise<void>): Lane {
  return new Lane({ add: (_, { text }) => add(JSON.parse(text) as Batch) } as Queue, 0);
}
const item = (n: number, raw: string | null = null): BatchItem => ({
  kind: 'rejected',
  rejected: { id: `${n}`, source: 's', messageId: `${n}`, receivedAt: '', code: '', reason: '', path: '', raw },
});
const numbers = (batch: Batch) => batch.items.map((i) => (i.kind === 'rejected' ? Number(i.rejected.id) : -1));

describe('the lane into a partition', () => {
  afterEach(() => vi.useRealTimers());

  it('gathers what arrives together, and what arrives while a batch is on its way', async () => {
    const batches: number[][] = [];
    const lane = laneInto(async (batch) => {
      batches.push(numbers(batch));
      await new Promise((resolve) => setTimeout(resolve, 10));
    });
    await Promise.all([
      lane.add([item(1)]),
      lane.add([item(2), item(3)]),
      new Promise((r) => setTimeout(r, 6)).then(() => Promise.all([lane.add([item(4)]), lane.add([item(5)])])),
    ]);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('lets items wait for others, until one comes that is in a hurry, or there are enough', async () => {
    vi.useFakeTimers();
    const batches: number[] = [];
    const lane = laneInto(async (batch) => void batches.push(batch.items.length));
    const patient = { wait: 'soon' } as const;
    const sent = [lane.add([item(1)], patient)];
    await vi.advanceTimersByTimeAsync(5);
    sent.push(lane.add([item(2)], patient));
    await vi.advanceTimersByTimeAsync(4);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(batches).toEqual([2]);

    sent.push(lane.add([item(3)], patient), lane.add([item(4)]));
    await vi.advanceTimersByTimeAsync(2);
    expect(batches).toEqual([2, 2]);

    const many = Array.from({ length: 250 }, (_, n) => item(n));
    sent.push(lane.add([item(5)], patient), lane.add(many, patient));
    await vi.advanceTimersByTimeAsync(0);
    expect(batches).toEqual([2, 2, 251]);
    await Promise.all(sent);

    sent.push(lane.add([item(6)], { wait: 'late' }));
    await vi.advanceTimersByTimeAsync(100);
    sent.push(lane.add([item(7)], patient));
    await vi.advanceTimersByTimeAsync(10);
    expect(batches).toEqual([2, 2, 251, 2]);
  });

  it('has one add in flight at a time, so that batches keep their order', async () => {
    let flying = 0;
    const order: number[] = [];
    const lane = laneInto(async (batch) => {
      expect(++flying).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      order.push(...numbers(batch));
      flying--;
    });
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => new Promise((r) => setTimeout(r, n)).then(() => lane.add([item(n)]))),
    );
    expect(order).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(lane.depth).toBe(0);
  });

  it('counts what it accepted, under a new name after an add whose outcome is not known', async () => {
    const batches: Batch[] = [];
    let fail = false;
    const lane = laneInto(async (batch) => {
      batches.push(batch);
      if (fail) throw new QueueUnavailable('no answer');
    });
    await lane.add([item(1), item(2)]);
    fail = true;
    await expect(lane.add([item(3)])).rejects.toBeInstanceOf(QueueUnavailable);
    fail = false;
    await lane.add([item(4)]);
    expect(batches.map((b) => b.accepted)).toEqual([2, 3, 1]);
    const [a, b, c] = batches.map((batch) => batch.producer);
    expect(a).toBe(b);
    expect(c).not.toBe(b);
  });

  it('says it to who waits when an item cannot be written, and goes on', async () => {
    const batches: number[][] = [];
    const lane = laneInto(async (batch) => void batches.push(numbers(batch)));
    const refused = lane.add([item(1, 1n as never)]);
    await expect(refused).rejects.toThrow(/BigInt/);
    expect(lane.depth).toBe(0);
    await lane.add([item(2)]);
    expect(batches).toEqual([[2]]);
  });

  it('bounds a batch by items and bytes', async () => {
    const sizes: number[] = [];
    const lane = laneInto(async (batch) => void sizes.push(batch.items.length));
    const many = (n: number) => Array.from({ length: n }, (_, i) => item(i));
    // Three bytes each.
    const large = [item(0, '日'.repeat(150_000)), item(1, '日'.repeat(150_000))];
    await Promise.all([lane.add(many(300)), lane.add(many(300)), lane.add(large), lane.add(large)]);
    expect(sizes).toEqual([300, 302, 2]);
    // As many characters, of a third of the bytes.
    sizes.length = 0;
    const ascii = [item(0, 'x'.repeat(400_000))];
    await Promise.all(Array.from({ length: 4 }, () => lane.add(ascii)));
    expect(sizes).toEqual([2, 2]);
  });
});

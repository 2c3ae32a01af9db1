import { v7 as uuid } from 'uuid';
import { expect, vi } from 'vitest';
import type { Batch, BatchItem } from '../events/batch.js';
import { type SealedBatch, seal, sealItems } from '../events/sealed.js';
import { PARTITIONS, QUICK, type QueueAddress } from './contract-address.js';
import type { Queue } from './port.js';
import type { OnError, QueueSettings } from './settings.js';

/** One empty queue of a backend, for one test. */
export interface QueueBed {
  readonly address: QueueAddress;
  /** Whether several processes may work on it. */
  readonly shared: boolean;
  /** Opens the queue; again and again it is the same one. */
  open(options?: OpenOptions): Promise<Queue>;
  /** Lets go of everything that only one process may hold. */
  handOver(): Promise<void>;
  /** Closes all queues that were opened, and the rest. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** PARTITIONS when the option is missing; none at all when it is there and undefined. */
  partitions?: number | undefined;
  mustExist?: boolean;
  settings?: Partial<QueueSettings>;
  onError?: OnError;
}

export type MakeBed = () => Promise<QueueBed>;

/** A batch of one item that carries a number. */
export function numbered(partition: number, n: number, more: Partial<Batch> = {}): Batch {
  const items: BatchItem[] = [{ kind: 'rejected', rejected: rejected(n) }];
  return {
    v: 1,
    id: uuid(),
    partition,
    createdAt: 1_700_000_000_000 + n,
    producer: 'test',
    accepted: n,
    items,
    ...more,
  };
}

/** A batch as it is added. */
export function sealed({ items, ...head }: Batch): SealedBatch {
  return seal(head, [sealItems(items)]);
}

export function rejected(raw: number | string) {
  const receivedAt = '2026-01-01T00:00:00.000Z';
  const id = uuid();
  return { id, source: 'test', messageId: `m-${id}`, receivedAt, code: 'TEST', reason: 'A test.', path: '', raw };
}

/** Adds batches 0 to count-1 to a partition, one after the other. */
export async function addNumbered(queue: Queue, partition: number, count: number): Promise<Batch[]> {
  const batches = Array.from({ length: count }, (_, n) => numbered(partition, n));
  for (const batch of batches) await queue.add(partition, sealed(batch));
  return batches;
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Waits until nothing waits and nothing is in work. */
export async function drained(queue: Queue, timeout = 60_000): Promise<void> {
  await vi.waitFor(async () => expect(await queue.waiting()).toEqual([]), { timeout, interval: 50 });
}

/** Keeps the queues that were opened, so that a test need not close them. */
export function closing(make: (options: OpenOptions) => Promise<Queue>) {
  const opened = new Set<Queue>();
  return {
    async open(options: OpenOptions = {}): Promise<Queue> {
      const queue = await make({ partitions: PARTITIONS, ...options, settings: { ...QUICK, ...options.settings } });
      opened.add(queue);
      return queue;
    },
    async closeAll(): Promise<void> {
      await Promise.all([...opened].map((queue) => queue.close()));
      opened.clear();
    },
  };
}

import { createPostgresQueue, DEFAULT_PARTITIONS } from '@tributary/engine';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { RowBatch } from './rows.js';

/** The queue of a program without logic. */
export interface RowQueue {
  /** As many as Tributary has. */
  readonly partitions: number;
  add(batch: RowBatch): Promise<void>;
  work(handler: (batch: RowBatch) => Promise<void>): void;
}

/** BullMQ on Redis as its documentation has it: a queue and a worker for each partition. */
export function redisQueue(url: string): RowQueue {
  const client = new Redis(url, { maxRetriesPerRequest: null, protocol: 2 });
  const shared = { connection: client, prefix: 'bare', skipVersionCheck: true };
  const queues = Array.from({ length: DEFAULT_PARTITIONS.several }, (_, n) => new Queue(`p${n}`, shared));
  return {
    partitions: queues.length,
    async add(batch) {
      const options = { jobId: batch.id, removeOnComplete: true, removeOnFail: false };
      await (queues[batch.partition] as Queue).add('batch', batch, options);
    },
    work(handler) {
      for (let n = 0; n < queues.length; n++) {
        new Worker(`p${n}`, async (job) => handler(job.data as RowBatch), shared);
      }
    },
  };
}

type Pglite = Extract<Parameters<typeof createPostgresQueue>[0], { pglite: unknown }>['pglite'];

/** BullMQ in a PGlite: it needs a pool of connections, and the engine's adapter makes one of the single session. */
export async function pgliteQueue(pglite: Pglite): Promise<RowQueue> {
  const queue = await createPostgresQueue({ pglite });
  return {
    partitions: queue.partitions,
    async add({ id, partition, rows }) {
      const n = rows.length;
      const label = { id, createdAt: Date.now(), producer: 'bare', accepted: n, events: n };
      await queue.add(partition, { ...label, text: JSON.stringify({ id, partition, items: rows }) });
    },
    work(handler) {
      queue.work(async ({ id, partition, items }) =>
        handler({ id, partition, rows: items as unknown as RowBatch['rows'] }),
      );
    },
  };
}

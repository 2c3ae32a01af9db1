import type { SealedBatch } from '../events/sealed.js';
import { jobName } from './codec.js';
import { checkPartitions, partitionsChanged, QueueError } from './errors.js';
import type { Numbers } from './numbers.js';
import { type BatchHandler, type Queue, QueueUnavailable, type QueueWorker, type WaitingBatch } from './port.js';
import type { OnError, QueueSettings } from './settings.js';
import type { QueueStore } from './store.js';
import { within } from './wait.js';
import { PartitionsWorker } from './worker.js';

/** The queue port over BullMQ, with one BullMQ queue for each partition. */
export class PartitionedQueue implements Queue {
  readonly name: string;
  readonly partitions: number;
  readonly allPartitions: number;
  readonly #tails: Promise<unknown>[];
  readonly #tokens = new Set<string>();
  readonly #workers = new Set<PartitionsWorker>();

  constructor(
    private readonly store: QueueStore,
    { partitions, all }: Numbers,
    private readonly settings: QueueSettings,
    private readonly onError: OnError,
  ) {
    this.name = store.name;
    this.partitions = partitions;
    this.allPartitions = all;
    this.#tails = store.queues.map(() => Promise.resolve());
  }

  async add(partition: number, batch: SealedBatch): Promise<void> {
    const queue = this.store.queues[partition];
    if (!queue) {
      const message = `There is no partition ${partition}: this deployment has ${this.allPartitions}.`;
      throw new QueueError('PARTITION_UNKNOWN', message, 'partition');
    }
    let late = false;
    // One after the other: over a pool of connections two adds could arrive in the wrong order.
    const added = (this.#tails[partition] as Promise<unknown>).then(async () => {
      if (late) return;
      const options = { ...this.store.jobOptions, jobId: batch.id };
      await queue.add(jobName(batch), this.store.jobData(batch.text), options);
    });
    this.#tails[partition] = added.catch(() => undefined);
    try {
      await within(this.settings.commandTimeout, added, () => new Error('The add took too long.'));
    } catch (error) {
      late = true;
      throw unavailable(error);
    }
  }

  work(handler: BatchHandler): QueueWorker {
    const worker = new PartitionsWorker({
      store: this.store,
      settings: this.settings,
      onError: this.onError,
      tokens: this.#tokens,
      handler,
    });
    this.#workers.add(worker);
    return {
      stop: async (patience) => {
        await worker.stop(patience);
        this.#workers.delete(worker);
      },
    };
  }

  waiting(): Promise<WaitingBatch[]> {
    return this.#ask(this.store.waiting());
  }

  pressure(): Promise<{ usedBytes: number; maxBytes: number } | undefined> {
    return this.#ask(this.store.pressure());
  }

  check(): Promise<void> {
    return this.#ask(this.store.check());
  }

  async setPartitions(partitions: number): Promise<void> {
    checkPartitions(partitions);
    await this.#ask(this.store.setNumbers({ partitions, all: Math.max(partitions, this.allPartitions) }));
  }

  async confirmPartitions(): Promise<void> {
    const stored = await this.#ask(this.store.storedPartitions());
    if (stored !== this.partitions) throw partitionsChanged(stored, this.partitions);
  }

  warnings(): Promise<string[]> {
    return this.#ask(this.store.warnings());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    await this.store.close();
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    // Room for a few commands in a row, each of which has its own limit.
    const limit = this.settings.commandTimeout * 4;
    try {
      return await within(limit, answer, () => new Error('The answer took too long.'));
    } catch (error) {
      throw unavailable(error);
    }
  }
}

function unavailable(cause: unknown): QueueUnavailable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new QueueUnavailable(`The queue's store cannot be reached or refuses writes: ${reason}`, { cause });
}

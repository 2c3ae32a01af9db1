import { randomUUID } from 'node:crypto';
import {
  type BackendFactory,
  type Queue as BullQueue,
  Job,
  type JobsOptions,
  type PgPool,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Worker,
} from 'bullmq';
import { weakened } from '../telemetry/weakened.js';
import type { LockKind } from './lease.js';
import type { Numbers } from './numbers.js';
import type { WaitingBatch } from './port.js';
import type { Listener } from './postgres-listener.js';
import {
  heartbeat,
  heldJobs,
  jobsHeldBy,
  nextJobs,
  postgresWarnings,
  queueName,
  removeWaiting,
  setNumbers,
  storedNumbers,
  waitingBatches,
  waitingBytes,
} from './postgres-tables.js';
import type { QueueSettings } from './settings.js';
import type { QueueStore } from './store.js';

interface PostgresParts {
  name: string;
  lock: LockKind;
  pool: PgPool;
  listener: Listener;
  backends: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions>;
  queues: readonly BullQueue[];
  settings: QueueSettings;
  /** Ends the pool where it is ours. */
  end(): Promise<void>;
}

const EMBEDDED =
  'The embedded store keeps accepted events when the program is killed, but may lose the last ones when the machine ' +
  'fails: set REDIS_URL or POSTGRES_URL for more.';

/** A token that opens every lock. */
const ANY = '0';

/** BullMQ's backend on PostgreSQL, for a deployment of one process. */
export class PostgresStore implements QueueStore {
  readonly name: string;
  readonly lock: LockKind;
  readonly queues: readonly BullQueue[];
  readonly reclaimWhenIdle = true;
  /** Only a job with a priority goes back to the head; without one it would go to the end. */
  readonly jobOptions: JobsOptions = {
    removeOnComplete: true,
    removeOnFail: false,
    priority: weakened('order-guard') ? 0 : 1,
  };
  /**
   * The text is a JSON string, which BullMQ encodes once more: so no backslash escape for NUL or a lone surrogate is
   * ever seen by PostgreSQL's jsonb, which refuses both.
   */
  readonly jobData = (text: string): string => text;

  constructor(private readonly parts: PostgresParts) {
    this.name = parts.name;
    this.lock = parts.lock;
    this.queues = parts.queues;
  }

  makeWorker(partition: number): Worker {
    const { pool, backends, settings } = this.parts;
    const options = {
      connection: pool,
      concurrency: 1,
      lockDuration: settings.lockDuration,
      drainDelay: settings.drainDelay,
      // BullMQ's check puts jobs of dead workers at the end of the queue.
      skipStalledCheck: true,
    };
    return new Worker(queueName(partition), null, options, backends) as unknown as Worker;
  }

  async interrupt(worker: Worker): Promise<void> {
    await worker.getBackend().disconnectBlocking();
  }

  next(partition: number, jobs: number): Promise<unknown[]> {
    return nextJobs(this.parts.pool, partition, jobs);
  }

  remove(partition: number, ids: readonly string[]): Promise<void> {
    return removeWaiting(this.parts.pool, partition, ids);
  }

  /** There is one process: nobody asks. */
  async ask(): Promise<void> {}

  async asked(): Promise<undefined> {
    return undefined;
  }

  async wake(): Promise<void> {}

  async reclaim(partition: number, token: string): Promise<void> {
    for (const id of await jobsHeldBy(this.parts.pool, partition, token)) await this.#toHead(partition, id);
  }

  async recover(living: ReadonlySet<string>): Promise<void> {
    for (const { partition, id, token } of await heldJobs(this.parts.pool)) {
      if (!living.has(token)) await this.#toHead(partition, id);
    }
  }

  async #toHead(partition: number, id: string): Promise<void> {
    const queue = this.queues[partition];
    const job = queue && (await Job.fromId(queue, id));
    await job?.moveToWait(ANY);
  }

  waiting(): Promise<WaitingBatch[]> {
    return waitingBatches(this.parts.pool);
  }

  async pressure(): Promise<{ usedBytes: number; maxBytes: number } | undefined> {
    const { maxBytes } = this.parts.settings;
    if (maxBytes === undefined) return undefined;
    return { usedBytes: await waitingBytes(this.parts.pool), maxBytes };
  }

  async check(): Promise<void> {
    const value = randomUUID();
    if ((await heartbeat(this.parts.pool, value)) !== value) {
      throw new Error('PostgreSQL did not keep what was written.');
    }
  }

  setNumbers(numbers: Numbers): Promise<void> {
    return setNumbers(this.parts.pool, numbers);
  }

  async storedPartitions(): Promise<number> {
    return Number((await storedNumbers(this.parts.pool)).partitions);
  }

  warnings(): Promise<string[]> {
    return this.lock === 'owned' ? Promise.resolve([EMBEDDED]) : postgresWarnings(this.parts.pool);
  }

  async close(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.close()));
    await this.parts.listener.close();
    await this.parts.end();
  }
}

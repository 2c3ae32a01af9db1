import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Worker } from 'bullmq';
import { batchOf } from './codec.js';
import { Lead } from './lead.js';
import { PartitionLoop } from './loop.js';
import type { BatchHandler, QueueWorker } from './port.js';
import { Rounds } from './rounds.js';
import type { OnError, QueueSettings } from './settings.js';
import { ASKED } from './share.js';
import type { QueueStore } from './store.js';
import { backoff, pause, settles } from './wait.js';

interface WorkerContext {
  store: QueueStore;
  settings: QueueSettings;
  onError: OnError;
  handler: BatchHandler;
  /** The tokens of all loops of this queue: a job held under one of them is in good hands. */
  tokens: Set<string>;
}

interface Part {
  bull: Worker;
  token: string;
  loop: PartitionLoop;
}

/** How long a loop that only waits for a silent store is waited for. */
const IDLE_GRACE = 2_000;

/** Works off all partitions in this process. */
export class PartitionsWorker implements QueueWorker {
  readonly #stopping = new AbortController();
  readonly #patience = new AbortController();
  readonly #started: Promise<Part[]>;
  readonly #loops: PartitionLoop[] = [];
  /** When partitions were left to other processes, the last one first. */
  readonly #left: number[] = [];
  readonly #id = randomUUID();
  readonly #rounds: Rounds | undefined;
  #stopped: Promise<void> | undefined;

  constructor(private readonly c: WorkerContext) {
    // Every partition listens to both.
    setMaxListeners(0, this.#stopping.signal, this.#patience.signal);
    const { store } = this.c;
    const look = store.look?.bind(store, this.#id);
    this.#rounds = look && new Rounds(look, new Lead(), () => this.#busy(), store.queues.length);
    this.#started = this.#start();
  }

  stop(patience = this.c.settings.patience): Promise<void> {
    this.#stopped ??= this.#stop(patience);
    return this.#stopped;
  }

  async #start(): Promise<Part[]> {
    if (!(await this.#recover())) return [];
    return this.c.store.queues.map((_, partition) => this.#startPart(partition));
  }

  /** False when the worker was stopped before the store answered. */
  async #recover(): Promise<boolean> {
    for (let failures = 0; !this.#stopping.signal.aborted; failures++) {
      try {
        await this.c.store.recover(this.c.tokens);
        return true;
      } catch (error) {
        if (failures === 0) this.c.onError(error, {});
        await pause(backoff(failures, 1_000), this.#stopping.signal);
      }
    }
    return false;
  }

  #startPart(partition: number): Part {
    const { store, settings, onError, handler, tokens } = this.c;
    const bull = store.makeWorker(partition);
    // A connection's errors arrive here as well as in the call that failed, which reports them.
    bull.on('error', () => undefined);
    const token = randomUUID();
    tokens.add(token);
    if (!store.reclaimWhenIdle) void bull.startStalledCheckTimer();
    const loop = new PartitionLoop({
      partition,
      bull,
      token,
      handler,
      settings,
      onError,
      lock: store.lock,
      behind: {
        next: async (batches) => (await store.next(partition, batches)).map(batchOf),
        remove: (ids) => store.remove(partition, ids),
      },
      sharing: {
        busy: () => this.#busy(),
        left: () => this.#left.filter((at) => performance.now() - at < ASKED).length,
        leave: () => {
          this.#left.unshift(performance.now());
          this.#left.length = Math.min(this.#left.length, this.#loops.length);
        },
        id: this.#id,
        ask: (question) => store.ask(partition, question),
        asked: () => store.asked(partition),
        wake: () => store.wake(partition),
      },
      rounds: this.#rounds,
      reclaim: (own) => store.reclaim(partition, own),
      reclaimWhenIdle: store.reclaimWhenIdle,
      stopping: this.#stopping.signal,
      patience: this.#patience.signal,
    });
    this.#loops.push(loop);
    return { bull, token, loop };
  }

  /** In how many partitions this process has work now. */
  #busy(): number {
    let busy = 0;
    for (const loop of this.#loops) if (loop.busy) busy++;
    return busy;
  }

  async #stop(patience: number): Promise<void> {
    this.#stopping.abort();
    this.#rounds?.leave().catch(() => undefined);
    const timer = setTimeout(() => this.#patience.abort(), patience);
    try {
      const parts = await this.#started;
      await Promise.all(parts.map((part) => this.#stopPart(part)));
    } finally {
      clearTimeout(timer);
    }
  }

  async #stopPart({ bull, loop, token }: Part): Promise<void> {
    if (!loop.busy) await settles(IDLE_GRACE, this.c.store.interrupt(bull));
    // A loop may have taken a batch in the moment of the stop: that one is given back first.
    while (!(await settles(IDLE_GRACE, loop.done)) && loop.busy);
    await bull.close(true);
    this.c.tokens.delete(token);
  }
}

import type { BatchItem } from '../events/batch.js';
import { newUuid } from '../events/ids.js';
import { type SealedBatch, type SealedItems, seal, sealItems } from '../events/sealed.js';
import type { Queue } from '../queue/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { NO_TELEMETRY, type Telemetry } from '../telemetry/telemetry.js';

/**
 * Milliseconds that an item waits for others before its batch is sent: batches make the throughput, and larger ones make
 * an event cheaper (docs/performance.md).
 */
export const GATHER = {
  /** Somebody may wait for what it does. */
  now: 2,
  /** It came with others: it has waited in its client already. */
  soon: 10,
  /** Nothing comes after it: only the books have to be closed. */
  late: 250,
} as const;
/** With so many items nothing is waited for. */
const ENOUGH = 250;
/** Bounds of one job: items, and bytes of their JSON. */
const BATCH_ITEMS = 500;
const BATCH_BYTES = 1024 * 1024;
/** In UTF-8. */
const BYTES_OF_A_CHARACTER = 3;
/** A batch of very many requests names so many of their traces. */
const BATCH_TRACES = 32;

interface Waiting {
  sealed: SealedItems;
  trace: string | undefined;
  /** Until when it may wait for others, on the clock of `performance`. */
  due: number;
  done(): void;
  failed(error: unknown): void;
}

/** How items are gathered with others. */
export interface Gathering {
  /** The trace that they come from. */
  trace?: string | undefined;
  wait?: keyof typeof GATHER;
}

/**
 * The way into one partition from this process: one add is in flight at a time, so that batches
 * enter in the order of acceptance; what arrives meanwhile is the next batch.
 */
export class Lane {
  #waiting: Waiting[] = [];
  #sending = false;
  #until = 0;
  #wake: (() => void) | undefined;
  #producer = newUuid();
  #accepted = 0;
  /** Events that wait to be sent. */
  depth = 0;

  constructor(
    private readonly queue: Queue,
    private readonly partition: number,
    private readonly telemetry: Telemetry = NO_TELEMETRY,
  ) {}

  /** Resolves once the items are in the durable queue, in one batch or several. */
  async add(items: readonly BatchItem[], gathering?: Gathering): Promise<void> {
    await this.addSealed(sealItems(items), gathering);
  }

  /** The same for items that are sealed already. */
  addSealed(
    sealed: SealedItems,
    { trace = this.telemetry.tracing?.current(), wait = 'now' }: Gathering = {},
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const due = performance.now() + GATHER[wait];
      this.#waiting.push({ sealed, trace, due, done: resolve, failed: reject });
      this.depth += sealed.count;
      if (!this.#sending) void this.#send();
      else if (due < this.#until || this.depth >= ENOUGH) this.#wake?.();
    });
  }

  /** Resolves when one of those that wait has waited long enough, or when there are enough. */
  async #gather(): Promise<void> {
    for (;;) {
      this.#until = Math.min(...this.#waiting.map(({ due }) => due));
      const ms = this.#until - performance.now();
      if (ms < 0.5 || this.depth >= ENOUGH) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, ms);
      });
    }
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.length > 0) {
      await this.#gather();
      const taken = this.#take();
      try {
        const begun = performance.now();
        crashPoint('lane:before-add');
        await this.queue.add(this.partition, this.#batch(taken));
        crashPoint('lane:after-add');
        this.telemetry.observer.enqueued(performance.now() - begun);
        for (const waiting of taken) waiting.done();
      } catch (error) {
        // Whether that batch arrived is not known. Under a new name the running count is right
        // either way: if it did, its receipt says so under the old name.
        this.#producer = newUuid();
        this.#accepted = 0;
        for (const waiting of taken) waiting.failed(error);
      } finally {
        for (const { sealed } of taken) this.depth -= sealed.count;
      }
    }
    this.#sending = false;
  }

  #take(): Waiting[] {
    return this.#waiting.splice(0, fitting(this.#waiting));
  }

  #batch(taken: readonly Waiting[]): SealedBatch {
    const trace = tracesOf(taken);
    for (const { sealed } of taken) this.#accepted += sealed.events;
    const head = {
      v: 1 as const,
      id: newUuid(),
      partition: this.partition,
      createdAt: Date.now(),
      producer: this.#producer,
      accepted: this.#accepted,
      ...(trace.length > 0 && { trace }),
    };
    return seal(
      head,
      taken.map(({ sealed }) => sealed),
    );
  }
}

/** How many of them fit into one job: one at least. */
function fitting(waiting: readonly Waiting[]): number {
  let [items, characters, bytes, counted] = [0, 0, 0, 0];
  for (const [n, { sealed }] of waiting.entries()) {
    items += sealed.count;
    characters += sealed.text.length;
    // To count bytes reads all of the text once more: only where there may be too many.
    if (characters * BYTES_OF_A_CHARACTER > BATCH_BYTES) {
      for (const { sealed: next } of waiting.slice(counted, n + 1)) bytes += Buffer.byteLength(next.text);
      counted = n + 1;
    }
    if (n > 0 && (items > BATCH_ITEMS || bytes > BATCH_BYTES)) return n;
  }
  return waiting.length;
}

function tracesOf(taken: readonly Waiting[]): string[] {
  const traces = new Set<string>();
  for (const { trace } of taken) if (trace !== undefined && traces.size < BATCH_TRACES) traces.add(trace);
  return [...traces];
}

import type { Queue } from '../queue/port.js';

/** How often the room in the queue is looked at, in milliseconds. */
const SAMPLE = 250;
/** Share of the room from which on nothing more is taken: a full Redis cannot even be drained (design, G1). */
const FULL = 0.7;
/** Seconds that a client shall wait. */
const RETRY_AFTER = 5;

/** Knows whether the queue has room, without asking it for each request. */
export class Pressure {
  #full = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly queue: Queue) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.sample(), SAMPLE);
    this.#timer.unref();
  }

  /** A queue that does not answer is not full: adding to it fails by itself. */
  async sample(): Promise<void> {
    const pressure = await this.queue.pressure().catch(() => undefined);
    this.#full = pressure !== undefined && pressure.usedBytes >= FULL * pressure.maxBytes;
  }

  /** Seconds to wait, or undefined when there is room. */
  retryAfter(): number | undefined {
    return this.#full ? RETRY_AFTER : undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Lets cases run side by side, and now and then one of them alone: only then does its time say something. */
export class Gate {
  #running = 0;
  #alone: Promise<void> = Promise.resolve();
  #closed = false;

  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closed) await this.#alone;
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
    }
  }

  /** From within `run`: waits until nobody else runs, and works then. */
  async alone(work: () => Promise<void>): Promise<void> {
    this.#running--;
    const mine = this.#alone.then(async () => {
      this.#closed = true;
      while (this.#running > 0) await sleep(5);
      await work();
    });
    const done = () => {
      this.#closed = false;
    };
    this.#alone = mine.then(done, done);
    try {
      await mine;
    } finally {
      this.#running++;
    }
  }
}

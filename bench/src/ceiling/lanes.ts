import { v7 as uuidv7 } from 'uuid';
import type { RowQueue } from './queues.js';
import type { Row } from './rows.js';

/** As Tributary's lanes: how long the first row waits for others, and how many go into one job. */
const GATHER = 2;
const MOST = 500;

/** Gathers the rows of requests into jobs, with one add under way for each partition. */
export class RowLane {
  #waiting: { rows: Row[]; done: () => void; failed: (error: unknown) => void }[] = [];
  #sending = false;

  constructor(
    private readonly queue: RowQueue,
    private readonly partition: number,
  ) {}

  add(rows: Row[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ rows, done, failed });
      if (this.#sending) return;
      this.#sending = true;
      setTimeout(() => void this.#send(), GATHER);
    });
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      let n = 0;
      for (let rows = 0; n < this.#waiting.length; n++) {
        rows += (this.#waiting[n] as { rows: Row[] }).rows.length;
        if (n > 0 && rows > MOST) break;
      }
      const taken = this.#waiting.splice(0, n);
      const rows = taken.flatMap((waiting) => waiting.rows);
      try {
        await this.queue.add({ id: uuidv7(), partition: this.partition, rows });
        for (const { done } of taken) done();
      } catch (error) {
        for (const { failed } of taken) failed(error);
      }
    }
    this.#sending = false;
  }
}

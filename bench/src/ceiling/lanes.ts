import { v7 as uuidv7 } from 'uuid';
import type { RowQueue } from './queues.js';
import type { Row } from './rows.js';

/** As Tributary's lanes: how long the first row waits for others, and how many go into one job. */
const GATHER = 2;
const GATHER_PATIENT = 10;
const ENOUGH = 250;
const MOST = 500;

/** Gathers the rows of requests into jobs, with one add under way for each partition. */
export class RowLane {
  #waiting: { rows: Row[]; due: number; done: () => void; failed: (error: unknown) => void }[] = [];
  #sending = false;
  #depth = 0;
  #wake: (() => void) | undefined;

  constructor(
    private readonly queue: RowQueue,
    private readonly partition: number,
  ) {}

  add(rows: Row[], isPatient: boolean): Promise<void> {
    return new Promise((done, failed) => {
      const due = performance.now() + (isPatient ? GATHER_PATIENT : GATHER);
      this.#waiting.push({ rows, due, done, failed });
      this.#depth += rows.length;
      if (!this.#sending) void this.#send();
      else if (!isPatient || this.#depth >= ENOUGH) this.#wake?.();
    });
  }

  async #gather(): Promise<void> {
    for (;;) {
      const ms = Math.min(...this.#waiting.map(({ due }) => due)) - performance.now();
      if (ms < 0.5 || this.#depth >= ENOUGH) return;
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
      let n = 0;
      for (let rows = 0; n < this.#waiting.length; n++) {
        rows += (this.#waiting[n] as { rows: Row[] }).rows.length;
        if (n > 0 && rows > MOST) break;
      }
      const taken = this.#waiting.splice(0, n);
      const rows = taken.flatMap((waiting) => waiting.rows);
      this.#depth -= rows.length;
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

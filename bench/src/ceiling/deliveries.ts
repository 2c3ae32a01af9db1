import { setTimeout as sleep } from 'node:timers/promises';
import type { poolSql } from '@tributary/engine';
import { bodyOf, CALLS, Outside } from './outside.js';
import type { Row } from './rows.js';
import { type Delivered, deliveryOf } from './write-sql.js';

/** Milliseconds between two statements that mark. */
const EVERY = 10;

/** Calls for what a batch has left, and marks it: the second half of the way without logic. */
export class Deliveries {
  readonly #outside: Outside;
  /** It is the same text each time. */
  readonly #body: string;
  readonly #waiting: string[] = [];
  #done: string[] = [];
  #lanes = 0;
  #marking: Promise<unknown> | undefined;

  constructor(
    private readonly sql: ReturnType<typeof poolSql>,
    private readonly options: Delivered & { receiver: string },
  ) {
    this.#outside = new Outside(options.receiver);
    this.#body = bodyOf(options.delivery);
  }

  add(rows: readonly Row[]): void {
    for (const [message] of rows) this.#waiting.push(message);
    while (this.#lanes < CALLS && this.#lanes < this.#waiting.length) void this.#lane();
  }

  async #lane(): Promise<void> {
    this.#lanes++;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      await this.#outside.call(deliveryOf(message), this.#body);
      this.#done.push(message);
      this.#marking ??= this.#marks();
    }
    this.#lanes--;
  }

  /** Resolves when everything that was called is marked. */
  async marked(): Promise<void> {
    while (this.#lanes > 0 || this.#marking) await sleep(EVERY);
  }

  /** The run of each ends with it, and is written again. */
  async #marks(): Promise<void> {
    while (this.#done.length > 0) {
      // What is done meanwhile goes with it.
      await sleep(EVERY);
      const messages = this.#done;
      this.#done = [];
      const now = new Date().toISOString();
      const runs = messages.map((id) => ({ id, delivery: deliveryOf(id), doc: this.options.run }));
      await this.sql.query(
        `WITH r AS (SELECT * FROM json_to_recordset($1::text::json) AS r(id text, delivery text, doc text)),
         d AS (UPDATE tributary.deliveries d SET status = 'delivered', lease = NULL, updated_at = $2
               FROM r WHERE d.id = r.delivery)
         UPDATE tributary.runs t SET status = 'done', doc = r.doc FROM r WHERE t.id = r.id`,
        [JSON.stringify(runs), now],
      );
    }
    this.#marking = undefined;
  }
}

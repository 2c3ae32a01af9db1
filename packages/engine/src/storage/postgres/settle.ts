import { setTimeout as sleep } from 'node:timers/promises';
import { columnKey, encode } from '../codec.js';
import type { DeliveryChange } from '../port.js';
import { addCounters, counterOf } from './receipts.js';
import { addRuns } from './runs.js';
import { asRows, type Db } from './sql.js';
import { Statement } from './statement.js';

/** The partition under which passages are counted that end with a delivery: no commit writes there, so none waits. */
const ENDS = -1;
/** Results of one statement. */
const MOST = 500;
/** Milliseconds from one statement to the next: each costs more than the rows in it, and a lone result waits for none. */
const EVERY = 10;

interface Waiting {
  id: string;
  lease: string;
  change: DeliveryChange;
  done(kept: boolean): void;
  failed(error: unknown): void;
}

/**
 * Stores the results of attempts, if their leases still stand. What comes while a statement is under way, or soon after
 * it, goes with the next one: hundreds of results wait for the disk once. An answered row stays leased: its holder brings the result into
 * the pipeline; if the holder dies, the row is leased again when the lease has passed. With a row that closes its run
 * the run's last state and its passages are written in the same statement.
 */
export class Settler {
  #waiting: Waiting[] = [];
  #running = false;
  #begun = Number.NEGATIVE_INFINITY;

  constructor(private readonly db: Db) {}

  settle(id: string, lease: string, change: DeliveryChange): Promise<boolean> {
    return new Promise((done, failed) => {
      this.#waiting.push({ id: columnKey(id), lease, change, done, failed });
      if (this.#running) return;
      this.#running = true;
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const early = this.#begun + EVERY - performance.now();
      if (early > 0.5) await sleep(early);
      this.#begun = performance.now();
      const taken = this.#take();
      try {
        const kept = await update(this.db, taken);
        for (const { id, done } of taken) done(kept.has(id));
      } catch (error) {
        for (const { failed } of taken) failed(error);
      }
    }
    this.#running = false;
  }

  /** The next ones; two results of one row are two statements. */
  #take(): Waiting[] {
    const ids = new Set<string>();
    const taken: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const each of this.#waiting) {
      if (ids.has(each.id) || taken.length >= MOST) rest.push(each);
      else {
        ids.add(each.id);
        taken.push(each);
      }
    }
    this.#waiting = rest;
    return taken;
  }
}

async function update({ sql, schema }: Db, taken: readonly Waiting[]): Promise<Set<string>> {
  const rows = taken.map(({ id, lease, change: { status, dueAt, attempt, result, now } }) => ({
    id,
    lease,
    status,
    due_at: dueAt ?? null,
    attempt: attempt ? encode(attempt) : null,
    result: result ? encode(result) : null,
    now,
  }));
  const statement = new Statement();
  statement.part(
    'settled',
    `UPDATE ${schema}.deliveries d SET
       status = r.status,
       due_at = coalesce(r.due_at, d.due_at),
       ready_at = CASE r.status WHEN 'answered' THEN d.ready_at ELSE coalesce(r.due_at, d.due_at) END,
       lease = CASE r.status WHEN 'answered' THEN d.lease END,
       attempts = CASE WHEN r.attempt IS NULL THEN d.attempts ELSE d.attempts || r.attempt END,
       result = coalesce(r.result, d.result),
       updated_at = r.now
     FROM json_to_recordset(${statement.value(asRows(rows))}::text::json) AS r(id text, lease text, status text,
       due_at bigint, attempt text, result text, now text)
     WHERE d.id = r.id AND d.lease = r.lease RETURNING d.id`,
  );
  addEnds(statement, schema, taken);
  const kept = await sql.query<{ id: string }>(statement.text('SELECT id FROM settled'), statement.values);
  return new Set(kept.map(({ id }) => id));
}

/** The runs that end with rows which were settled here. */
function addEnds(statement: Statement, schema: string, taken: readonly Waiting[]): void {
  const ends = taken.flatMap(({ id, change: { closes } }) => (closes ? [{ id, ...closes }] : []));
  if (ends.length === 0) return;
  const runs = ends.map(({ id, run }) => ({ profile: run.profile, run, delivery: id }));
  const numbers = ends.flatMap(({ id, nodes }) =>
    Object.entries(nodes).map(([name, n]) => ({ delivery: id, ...counterOf(ENDS, 'node', name, n) })),
  );
  const settled = 'delivery IN (SELECT id FROM settled)';
  addRuns(statement, schema, runs, settled);
  const columns = 'delivery text, partition integer, kind text, key text, name text, n bigint';
  addCounters(
    statement,
    schema,
    `SELECT partition, kind, key, name, sum(n)::bigint
     FROM json_to_recordset(${statement.value(asRows(numbers))}::text::json) AS r(${columns})
     WHERE ${settled} GROUP BY partition, kind, key, name ORDER BY partition, kind, key`,
  );
}

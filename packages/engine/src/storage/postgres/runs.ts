import type { Run } from '../../flows/run.js';
import { columnKey, encode } from '../codec.js';
import { asRows } from './sql.js';
import type { Statement } from './statement.js';

interface RunToWrite {
  profile: string;
  run: Run;
  /** Key column of the delivery with which it ends. */
  delivery?: string;
}

/**
 * A run goes forward only: a batch that is repeated after a crash must not put an older state over a newer one.
 * `where` chooses from the rows by their columns.
 */
export function addRuns(statement: Statement, schema: string, runs: readonly RunToWrite[], where: string): void {
  if (runs.length === 0) return;
  const furthest = new Map<string, RunToWrite>();
  for (const each of runs) {
    const id = columnKey(`${each.run.source}:${each.run.id}`);
    const other = furthest.get(id);
    if (!other || each.run.steps.length >= other.run.steps.length) furthest.set(id, each);
  }
  const rows = [...furthest].map(([id, { profile, run, delivery }]) => ({
    id,
    ...(delivery !== undefined && { delivery }),
    flow: columnKey(run.flow),
    profile: columnKey(profile),
    status: run.status,
    steps: run.steps.length,
    started_at: run.startedAt,
    doc: encode(run),
  }));
  const columns =
    'id text, delivery text, flow text, profile text, status text, steps integer, started_at text, doc text';
  statement.part(
    'new_runs',
    `INSERT INTO ${schema}.runs AS t (id, flow, profile, status, steps, started_at, doc)
     SELECT id, flow, profile, status, steps, started_at, doc
     FROM json_to_recordset(${statement.value(asRows(rows))}::text::json) AS r(${columns})
     WHERE ${where} ORDER BY id
     ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, status = excluded.status, steps = excluded.steps,
       doc = excluded.doc
     WHERE t.steps <= excluded.steps`,
  );
}

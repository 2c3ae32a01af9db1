import type { Run } from '../../flows/run.js';
import { columnKey, encode } from '../codec.js';
import type { Collections, RunDocument } from './documents.js';
import { insertIfAbsent } from './insert.js';

/** Stores each run, unless a state of it that has gone further is there. */
export async function putRuns(c: Collections, runs: Run[]): Promise<void> {
  const furthest = new Map<string, Run>();
  for (const run of runs) {
    const id = idOf(run);
    const other = furthest.get(id);
    if (!other || run.steps.length >= other.steps.length) furthest.set(id, run);
  }
  if (furthest.size === 0) return;
  const documents = [...furthest.values()].map(toDocument);
  // Most are new. Once all of them are there, the further one of each wins, whoever inserted it.
  if (await insertIfAbsent(c.runs, documents)) return;
  const operations = documents.map(({ _id, ...replacement }) => ({
    replaceOne: { filter: { _id, reach: { $lte: replacement.reach } }, replacement },
  }));
  await c.runs.bulkWrite(operations, { ordered: false });
}

function toDocument(run: Run): RunDocument {
  return {
    _id: idOf(run),
    flow: columnKey(run.flow),
    profile: columnKey(run.profile),
    status: run.status,
    startedAt: run.startedAt,
    reach: run.steps.length,
    body: encode(run),
  };
}

/** The run of a message id is unique for a source. */
function idOf({ source, id }: Run): string {
  return columnKey(`${source}:${id}`);
}

import type { Run } from '../../flows/run.js';
import { columnKey, encode } from '../codec.js';
import type { Collections, RunDocument } from './documents.js';
import { isDuplicate } from './errors.js';

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
  try {
    await replace(c, documents, true);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    // A further one is there, or somebody inserted it at the same moment: now that all are there, the further wins.
    await replace(c, documents, false);
  }
}

async function replace(c: Collections, documents: RunDocument[], upsert: boolean): Promise<void> {
  const operations = documents.map(({ _id, ...replacement }) => ({
    replaceOne: { filter: { _id, reach: { $lte: replacement.reach } }, replacement, upsert },
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

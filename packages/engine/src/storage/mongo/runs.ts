import type { Run } from '../../flows/run.js';
import { columnKey, encode } from '../codec.js';
import type { Collections, RunDocument } from './documents.js';
import { insertNew } from './insert.js';

/** Stores each run, unless a state of it that has gone further is there. */
export async function putRuns(c: Collections, runs: Run[]): Promise<void> {
  const furthest = new Map<string, Run>();
  for (const run of runs) {
    const id = idOf(run);
    const other = furthest.get(id);
    if (!other || run.steps.length >= other.steps.length) furthest.set(id, run);
  }
  let left = [...furthest.values()].map(toDocument);
  const added = new Set(await insertNew(c.runs, left));
  left = left.filter((document) => !added.has(document));
  // Compare-and-set: whoever loses looks again, and what is as far by then was written here, or after what this knew.
  left = await replace(c, left, (stored, own) => stored <= own);
  while (left.length > 0) left = await replace(c, left, (stored, own) => stored < own);
}

/** Replaces those that are behind these. Gives them all when somebody else has changed one in between. */
async function replace(
  c: Collections,
  documents: RunDocument[],
  isBehind: (stored: number, own: number) => boolean,
): Promise<RunDocument[]> {
  if (documents.length === 0) return [];
  const ids = documents.map(({ _id }) => _id);
  const found = await c.runs.find({ _id: { $in: ids } }, { projection: { reach: 1 } }).toArray();
  const reaches = new Map(found.map(({ _id, reach }) => [_id, reach]));
  const behind = documents.filter(({ _id, reach }) => isBehind(reaches.get(_id) ?? Number.POSITIVE_INFINITY, reach));
  if (behind.length === 0) return [];
  const operations = behind.map(({ _id, ...replacement }) => ({
    replaceOne: { filter: { _id, reach: reaches.get(_id) as number }, replacement },
  }));
  const { matchedCount } = await c.runs.bulkWrite(operations, { ordered: false });
  return matchedCount === behind.length ? [] : behind;
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

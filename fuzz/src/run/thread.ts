import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { EXPRESSIONS } from '../properties/expressions.js';
import type { Outcome, Task } from './outcome.js';
import { outcomeOf } from './outcome.js';

/** Where the case that is being worked out stands, so that it can be named when it never ends. */
export interface Shared {
  /** [cases begun, bytes of the text] */
  counters: Int32Array;
  text: Uint8Array;
}

const { counters, text } = workerData as Shared;

parentPort?.on('message', (task: Task) => parentPort?.postMessage(work(task)));

function work({ kind, limit, seed, runs, path }: Task): Outcome {
  const found = EXPRESSIONS.find(({ name }) => name === kind);
  if (found === undefined) throw new Error(`There is no kind ${kind}.`);
  const property = fc.property(found.cases, (one) => {
    const { written } = new TextEncoder().encodeInto(JSON.stringify(one), text);
    Atomics.store(counters, 1, written);
    Atomics.add(counters, 0, 1);
    found.check(one, limit);
  });
  const parameters = { seed, numRuns: runs, ...(path !== undefined && { path }), interruptAfterTimeLimit: 120_000 };
  return outcomeOf(kind, fc.check(property, parameters));
}

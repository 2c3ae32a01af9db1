import { expect, it } from 'vitest';
import { Lane } from '../collect/lane.js';
import type { Batch, BatchItem } from '../events/batch.js';
import type { SealedBatch } from '../events/sealed.js';
import type { Queue } from '../queue/port.js';
import { NO_OBSERVER } from './observer.js';
import { inSpan, type Tracing } from './tracing.js';

const item = { kind: 'rejected', rejected: {} } as BatchItem;

/** Batches that a lane makes of requests with these traces, all at once. */
async function batchesOf(traces: (string | undefined)[], tracing?: Tracing): Promise<Batch[]> {
  const batches: Batch[] = [];
  const queue = {
    add: async (_: number, { text }: SealedBatch) => void batches.push(JSON.parse(text) as Batch),
  } as Partial<Queue> as Queue;
  const lane = new Lane(queue, 0, { observer: NO_OBSERVER, tracing });
  await Promise.all(traces.map((trace) => lane.add([item], { trace })));
  return batches;
}

it('a batch names the traces of the requests in it, each once, and not too many', async () => {
  expect((await batchesOf(['a', 'b', undefined, 'a']))[0]?.trace).toEqual(['a', 'b']);
  const many = Array.from({ length: 100 }, (_, n) => `t${n}`);
  expect((await batchesOf(many))[0]?.trace).toEqual(many.slice(0, 32));
});

it('a batch takes the trace that runs, and says nothing of traces when there are none', async () => {
  const tracing: Tracing = { current: () => 'running', span: (_name, _facts, work) => work(() => {}) };
  expect((await batchesOf([undefined], tracing))[0]?.trace).toEqual(['running']);
  expect((await batchesOf([undefined]))[0]).not.toHaveProperty('trace');
});

it('without traces the facts of a span are not even made', async () => {
  let made = 0;
  const facts = () => {
    made++;
    return { attributes: {} };
  };
  expect(await inSpan(undefined, 'x', facts, async () => 7)).toBe(7);
  expect(made).toBe(0);
});

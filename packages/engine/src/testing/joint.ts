import type { Json } from '@tributary/sdk';
import type { Batch } from '../events/batch.js';
import type { Lease } from '../queue/port.js';
import type { Store } from '../storage/port.js';
import { HELD, memoryStore, pipelineBench } from './bench.js';
import { tell } from './plugins.js';

export const track = (messageId: string, anonymousId: string): Json => ({
  type: 'track',
  event: 'e',
  messageId,
  anonymousId,
});
export const identify = (messageId: string, anonymousId: string, userId: string): Json => ({
  ...{ type: 'identify', messageId, anonymousId, userId },
});

/** A pipeline with a flow that tells of each track call. */
export async function makeBench(store?: Store) {
  const bench = await pipelineBench({ plugins: [tell], store: store ?? (await memoryStore()) });
  const nodes = { t: { plugin: 'tell@1.0.0', config: {} } };
  await bench.publish({ id: 'f', trigger: { events: ['track'] }, nodes, edges: [{ from: 'trigger', to: 't' }] });
  return bench;
}
export type Bench = Awaited<ReturnType<typeof makeBench>>;

/** All batches at once, each from a partition of its own. Two go ahead, each by itself; the others come together. */
export async function all(bench: Bench, batches: readonly Batch[], lease: (n: number) => Lease = () => HELD) {
  const ends: Promise<PromiseSettledResult<void>[]>[] = [];
  for (const [n, batch] of batches.entries()) {
    ends.push(Promise.allSettled([bench.process(batch, lease(n))]));
    // What comes in one turn of the event loop goes together.
    if (n < 2) await new Promise(setImmediate);
  }
  return (await Promise.all(ends)).flat();
}

export const perPartition = (bench: Bench, calls: Json[][]) =>
  calls.map((each, partition) => bench.batch(each, { partition }));

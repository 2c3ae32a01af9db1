import type { Json } from '@tributary/sdk';
import type { Batch } from '../events/batch.js';
import type { Lease } from '../queue/port.js';
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
export async function makeBench() {
  const bench = await pipelineBench({ plugins: [tell], store: await memoryStore() });
  const nodes = { t: { plugin: 'tell@1.0.0', config: {} } };
  await bench.publish({ id: 'f', trigger: { events: ['track'] }, nodes, edges: [{ from: 'trigger', to: 't' }] });
  return bench;
}
export type Bench = Awaited<ReturnType<typeof makeBench>>;

/** All batches at once, each from a partition of its own. Two go ahead, each by itself; the others come together. */
export function all(bench: Bench, batches: readonly Batch[], lease: (n: number) => Lease = () => HELD) {
  return Promise.allSettled(batches.map((batch, n) => bench.process(batch, lease(n))));
}

export const perPartition = (bench: Bench, calls: Json[][]) =>
  calls.map((each, partition) => bench.batch(each, { partition }));

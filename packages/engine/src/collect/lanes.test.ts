import { expect, it } from 'vitest';
import { defaultRules } from '../identity/rules.js';
import type { Source } from '../port.js';
import type { Queue } from '../queue/port.js';
import { Collector } from './collector.js';
import { Lanes } from './lanes.js';

/** A queue that has two partitions, of five that there were once. */
function shrunk() {
  const added: number[] = [];
  const add: Queue['add'] = async (partition) => void added.push(partition);
  return { queue: { partitions: 2, allPartitions: 5, add } as Partial<Queue> as Queue, added };
}

it('shares what comes from outside between the partitions of now', async () => {
  const { queue, added } = shrunk();
  const collector = new Collector(queue, new Lanes(queue), defaultRules());
  const calls = Array.from({ length: 40 }, (_, n) => ({ type: 'track', event: 'e', userId: `u${n}` }));
  for (const call of calls) await collector.accept({ source: { id: 'site' } as Source, calls: [call] });
  expect([...new Set(added)].sort()).toEqual([0, 1]);
});

it('brings back what is of a partition of before, and what is of one that nobody knows any more', async () => {
  const { queue, added } = shrunk();
  const lanes = new Lanes(queue);
  const item = { kind: 'rejected', rejected: { source: 's', messageId: 'm' } } as never;
  for (const partition of [4, 31]) await lanes.add(partition, [item]);
  expect(added).toEqual([4, 1]);
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Role } from '../port.js';
import type { Queue, WaitingBatch } from '../queue/port.js';
import type { Store } from '../storage/port.js';
import { memoryStore } from '../testing/bench.js';
import { Heartbeats } from './heartbeats.js';
import { changePartitions } from './repartition.js';

let store: Store;
let waiting: WaitingBatch[];
const setPartitions = vi.fn<Queue['setPartitions']>(async () => {});
const queue = { partitions: 16, waiting: async () => waiting, setPartitions };
const process = () => new Heartbeats(store, () => undefined);

beforeEach(async () => {
  store = await memoryStore();
  await store.open();
  waiting = [];
  setPartitions.mockClear();
});
afterEach(() => vi.useRealTimers());

it('changes the number of a deployment that stands still', async () => {
  await changePartitions({ queue, store }, 4);
  expect(setPartitions.mock.calls).toEqual([[4]]);
});

it('changes nothing while a process lives, and names what it does', async () => {
  const [api, worker] = [process(), process()];
  await api.start(['api'] satisfies Role[]);
  await worker.start(['worker', 'scheduler']);
  await expect(changePartitions({ queue, store }, 4)).rejects.toMatchObject({
    code: 'STILL_AT_WORK',
    message: expect.stringMatching(/live \((api, worker and scheduler|worker and scheduler, api); /),
  });
  await api.stop();
  await expect(changePartitions({ queue, store }, 4)).rejects.toMatchObject({ code: 'STILL_AT_WORK' });
  expect(setPartitions).not.toHaveBeenCalled();
  await worker.stop();
  await changePartitions({ queue, store }, 4);
  expect(setPartitions).toHaveBeenCalledOnce();
});

it('believes in a process that was killed for as long as it may be merely slow', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_700_000_000_000 });
  await process().start(['worker']);
  vi.setSystemTime(1_700_000_019_000);
  await expect(changePartitions({ queue, store }, 4)).rejects.toMatchObject({ code: 'STILL_AT_WORK' });
  vi.setSystemTime(1_700_000_020_600);
  await changePartitions({ queue, store }, 4);
  expect(setPartitions).toHaveBeenCalledOnce();
});

it('takes it back when a process has started meanwhile, with the number of before', async () => {
  setPartitions.mockImplementationOnce(() => process().start(['api']));
  await expect(changePartitions({ queue, store }, 4)).rejects.toMatchObject({ code: 'STILL_AT_WORK' });
  expect(setPartitions.mock.calls).toEqual([[4], [16]]);
});

it('refuses a number that makes no sense before it looks at anything', async () => {
  await process().start(['worker']);
  await expect(changePartitions({ queue, store }, 0)).rejects.toMatchObject({ code: 'PARTITIONS_INVALID' });
});

it('changes nothing while a batch waits', async () => {
  const batch = { id: 'b', partition: 0, events: 20, producer: 'p', accepted: 20, createdAt: 1 };
  waiting = [batch, { ...batch, id: 'c', events: 3 }];
  await expect(changePartitions({ queue, store }, 4)).rejects.toMatchObject({
    code: 'STILL_AT_WORK',
    message: expect.stringContaining('Events still wait: 23, in 2 of'),
  });
  expect(setPartitions).not.toHaveBeenCalled();
});

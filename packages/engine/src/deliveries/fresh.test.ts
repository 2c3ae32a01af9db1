import { beforeEach, expect, it, vi } from 'vitest';
import { aDelivery, iso } from '../storage/contract/builders.js';
import type { DeliveryStore } from '../storage/port.js';
import { FreshRows } from './fresh.js';

const onRows = vi.fn();
const renewDeliveries = vi.fn(async () => {});
let fresh: FreshRows;
beforeEach(() => {
  vi.clearAllMocks();
  const store = { renewDeliveries } as Partial<DeliveryStore> as DeliveryStore;
  fresh = new FreshRows(store, { leaseMs: 60_000, onError: () => undefined, onRows });
});
const to = (destination: string, n = 1) =>
  Array.from({ length: n }, () => ({ profile: 'p', entry: aDelivery({ destination }) }));
const keys = (outbox: ReturnType<typeof to>) => outbox.map(({ entry }) => entry.key);
const held = (outbox: ReturnType<typeof to>) => [...(fresh.hold(outbox)?.held.docs.keys() ?? [])];

it('holds what is due, and gives it out in its order once it is written', () => {
  const due = to('a', 3);
  const wait = { profile: 'p', entry: { ...aDelivery(), kind: 'wait' as const } };
  const later = { profile: 'p', entry: aDelivery({ dueAt: iso(Date.now() + 60_000) }) };
  const hold = fresh.hold([wait, ...due, later]);
  expect([...(hold?.held.docs.keys() ?? [])]).toEqual(keys(due));
  expect([fresh.take('a'), onRows.mock.calls.length]).toEqual([undefined, 0]);
  // The second one was there already.
  hold?.begin([keys(due)[0], keys(due)[2]] as string[]);
  expect([fresh.destinations(), onRows.mock.calls.length]).toEqual([['a'], 1]);
  const taken = [fresh.take('a'), fresh.take('a'), fresh.take('a')];
  expect(taken.map((each) => each?.row.id)).toEqual([keys(due)[0], keys(due)[2], undefined]);
  expect(taken[0]?.row).toMatchObject({ profile: 'p', destination: 'a', status: 'pending', attempts: [] });
  expect(taken[0]?.rows.lease).toBe(hold?.held.lease);
  expect(fresh.hold([wait, later])).toBeUndefined();
});

it('has room for so many of a destination and of all, also while they are written', () => {
  const first = fresh.hold(to('a', 1_500));
  first?.begin([...first.held.docs.keys()]);
  expect(held(to('a', 1_500)).length).toBe(500);
  fresh.take('a');
  expect(held(to('a', 1_500)).length).toBe(501);
  // 1,499 wait, and 1,001 are being written.
  for (const other of ['b', 'c']) expect(held(to(other, 2_500)).length).toBe(2_000);
  const last = fresh.hold(to('d', 2_500));
  expect(last?.held.docs.size).toBe(1_500);
  expect(fresh.hold(to('e'))).toBeUndefined();
  last?.drop();
  expect(held(to('e', 2_000)).length).toBe(1_500);
});

it('has room for so much text', () => {
  const payload = 'x'.repeat(9 * 1024 * 1024);
  const large = Array.from({ length: 6 }, () => ({ profile: 'p', entry: aDelivery({ destination: 'a', payload }) }));
  expect(held(large).length).toBe(4);
});

it('leaves to the store what is for a destination that has more due rows there', () => {
  const rows = (n: number) => to('a', n).map(({ entry }) => ({ id: entry.key, destination: 'a' }) as never);
  fresh.looked(rows(8), { limit: 8, destinations: 4, except: [] });
  expect([held(to('a')).length, held(to('b')).length]).toEqual([0, 1]);
  // Not asked for, or perhaps pushed aside by others: nothing is known.
  fresh.looked([], { limit: 8, destinations: 4, except: ['a'] });
  fresh.looked([{ destination: 'b' }, { destination: 'c' }] as never[], { limit: 8, destinations: 2, except: [] });
  expect(held(to('a')).length).toBe(0);
  fresh.looked(rows(7), { limit: 8, destinations: 4, except: [] });
  expect(held(to('a')).length).toBe(1);
});

it('gives back what has waited for long, because its destination is slow', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  try {
    const [old, young] = [to('a', 2), to('a', 1)];
    fresh.hold(old)?.begin(keys(old));
    await vi.advanceTimersByTimeAsync(8_000);
    fresh.hold(young)?.begin(keys(young));
    expect(renewDeliveries).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(8_000);
    expect((renewDeliveries.mock.calls as unknown[][]).map(([ids]) => ids)).toEqual([keys(old)]);
    expect(fresh.take('a')?.row.id).toBe(keys(young)[0]);
    expect(fresh.take('a')).toBeUndefined();
    // The room is there again.
    expect(held(to('a', 2_500)).length).toBe(2_000);
  } finally {
    vi.useRealTimers();
  }
});

it('gives back what was not begun, under the lease that it is held with', async () => {
  const [one, two] = [to('a', 2), to('b', 1)];
  const holds = [fresh.hold(one), fresh.hold(two)];
  holds[0]?.begin(keys(one));
  holds[1]?.begin(keys(two));
  fresh.take('a');
  const late = fresh.hold(to('c'));
  await fresh.close();
  late?.begin([...late.held.docs.keys()]);
  const given = renewDeliveries.mock.calls as unknown as [string[], string, number][];
  expect(given.map(([ids, lease]) => [ids, lease])).toEqual([
    [[keys(one)[1]], holds[0]?.held.lease],
    [keys(two), holds[1]?.held.lease],
    [[...(late?.held.docs.keys() ?? [])], late?.held.lease],
  ]);
  for (const [, , until] of given) expect(until).toBeLessThanOrEqual(Date.now());
  expect(fresh.destinations()).toEqual([]);
});

import { beforeEach, expect, it, vi } from 'vitest';
import { aDelivery, iso } from '../storage/contract/builders.js';
import type { DeliveryStore } from '../storage/port.js';
import { Looks } from './looks.js';
import { ReservedRows } from './reserved.js';

const onRows = vi.fn();
const renewDeliveries = vi.fn(async () => {});
let looks: Looks;
let rows: ReservedRows;
beforeEach(() => {
  vi.clearAllMocks();
  const store = { renewDeliveries } as Partial<DeliveryStore> as DeliveryStore;
  looks = new Looks();
  rows = new ReservedRows(store, looks, { leaseMs: 60_000, onError: () => undefined, onRows });
});
const to = (destination: string, n = 1) =>
  Array.from({ length: n }, () => ({ profile: 'p', entry: aDelivery({ destination }) }));
const keys = (outbox: ReturnType<typeof to>) => outbox.map(({ entry }) => entry.key);
const reserved = (outbox: ReturnType<typeof to>) => [...(rows.reserve(outbox)?.leased.docs.keys() ?? [])];

it('reservations what is due, and gives it out in its order once it is written', () => {
  const due = to('a', 3);
  const wait = { profile: 'p', entry: { ...aDelivery(), kind: 'wait' as const } };
  const later = { profile: 'p', entry: aDelivery({ dueAt: iso(Date.now() + 60_000) }) };
  const reservation = rows.reserve([wait, ...due, later]);
  expect([...(reservation?.leased.docs.keys() ?? [])]).toEqual(keys(due));
  expect([rows.take('a'), onRows.mock.calls.length]).toEqual([undefined, 0]);
  // The second one was there already.
  reservation?.confirm([keys(due)[0], keys(due)[2]] as string[]);
  expect([rows.destinations(), onRows.mock.calls.length]).toEqual([['a'], 1]);
  const taken = [rows.take('a'), rows.take('a'), rows.take('a')];
  expect(taken.map((each) => each?.row.id)).toEqual([keys(due)[0], keys(due)[2], undefined]);
  expect(taken[0]?.row).toMatchObject({ profile: 'p', destination: 'a', status: 'pending', attempts: [] });
  expect(taken[0]?.rows.lease).toBe(reservation?.leased.lease);
  expect(rows.reserve([wait, later])).toBeUndefined();
});

it('has room for so many of a destination and of all, also while they are written', () => {
  const first = rows.reserve(to('a', 1_500));
  first?.confirm([...first.leased.docs.keys()]);
  expect(reserved(to('a', 500)).length).toBe(500);
  rows.take('a');
  expect(reserved(to('a', 2)).length).toBe(1);
  // 1,499 wait, and 501 are being written.
  for (const other of ['b', 'c']) expect(reserved(to(other, 2_500)).length).toBe(2_000);
  const last = rows.reserve(to('d', 2_000));
  expect(rows.reserve(to('e'))).toBeUndefined();
  last?.release();
  expect(reserved(to('e', 2_000)).length).toBe(2_000);
});

it('has room for so much text', () => {
  const payload = 'x'.repeat(9 * 1024 * 1024);
  const large = Array.from({ length: 6 }, () => ({ profile: 'p', entry: aDelivery({ destination: 'a', payload }) }));
  expect(reserved(large).length).toBe(4);
});

it('leaves the rest to the store, with what is new behind it', () => {
  expect(reserved(to('a', 2_001)).length).toBe(2_000);
  expect([looks.isBehind('a'), looks.isBehind('b')]).toEqual([true, false]);
  expect([reserved(to('a')).length, reserved(to('b')).length]).toEqual([0, 1]);
});

it('gives back at once what was written so late that its lease may have passed', async () => {
  const due = to('a', 2);
  const now = vi.spyOn(performance, 'now');
  const reservation = rows.reserve(due);
  now.mockReturnValue(performance.now() + 21_000);
  reservation?.confirm(keys(due));
  now.mockRestore();
  await rows.givenBack();
  expect(renewDeliveries.mock.calls).toHaveLength(1);
  expect([rows.destinations(), onRows.mock.calls.length]).toEqual([[], 0]);
  for (const each of ['a', 'b', 'c', 'd']) expect(reserved(to(each, 2_500)).length).toBe(2_000);
});

it('gives back what has waited for long, because its destination is slow', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  try {
    const [old, young] = [to('a', 2), to('a', 1)];
    rows.reserve(old)?.confirm(keys(old));
    await vi.advanceTimersByTimeAsync(8_000);
    rows.reserve(young)?.confirm(keys(young));
    expect(renewDeliveries).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(8_000);
    expect((renewDeliveries.mock.calls as unknown[][]).map(([ids]) => ids)).toEqual([keys(old)]);
    expect(rows.take('a')?.row.id).toBe(keys(young)[0]);
    expect(rows.take('a')).toBeUndefined();
    expect(looks.isBehind('a')).toBe(true);
    // The room is there again.
    for (const other of ['b', 'c', 'd', 'e']) expect(reserved(to(other, 2_500)).length).toBe(2_000);
  } finally {
    vi.useRealTimers();
  }
});

it('gives back what was not begun, under the lease that it is held with', async () => {
  const [one, two] = [to('a', 2), to('b', 1)];
  const reservations = [rows.reserve(one), rows.reserve(two)];
  reservations[0]?.confirm(keys(one));
  reservations[1]?.confirm(keys(two));
  rows.take('a');
  const late = rows.reserve(to('c'));
  rows.close();
  late?.confirm([...late.leased.docs.keys()]);
  await rows.givenBack();
  const given = renewDeliveries.mock.calls as unknown as [string[], string, number][];
  expect(given.map(([ids, lease]) => [ids, lease])).toEqual([
    [[keys(one)[1]], reservations[0]?.leased.lease],
    [keys(two), reservations[1]?.leased.lease],
    [[...(late?.leased.docs.keys() ?? [])], late?.leased.lease],
  ]);
  for (const [, , until] of given) expect(until).toBeLessThanOrEqual(Date.now());
  expect(rows.destinations()).toEqual([]);
});

import { definePlugin, type Json } from '@tributary/sdk';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Lanes } from '../collect/lanes.js';
import { PluginRegistry } from '../plugins/index.js';
import type { DeliveryRow, Store } from '../storage/port.js';
import { pipelineBench } from '../testing/bench.js';
import { tell as plugin } from '../testing/plugins.js';
import { DEFAULT_BACKOFF } from './backoff.js';
import { Dispatcher, type DispatcherOptions } from './dispatcher.js';

const LEASE = 60_000;
const called: string[] = [];
let answer: (signal: AbortSignal) => Promise<void>;
/** It answers nothing, until it is told to end. */
const never = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const tell = definePlugin({
  ...plugin,
  deliver: async ({ payload, signal }) => {
    called.push((payload as { name: string }).name);
    await answer(signal);
    return 'out';
  },
});

let bench: Awaited<ReturnType<typeof pipelineBench>>;
let store: Store;
const dispatchers: Dispatcher[] = [];

beforeEach(async () => {
  called.length = 0;
  answer = async () => {};
  bench = await pipelineBench({ plugins: [tell] });
  store = bench.store;
  await bench.publish({
    id: 'tells',
    trigger: { events: ['track'] },
    nodes: { tell: { plugin: 'tell@1.0.0', config: {} } },
    edges: [{ from: 'trigger', to: 'tell' }],
  });
});
afterEach(async () => {
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.stop(0)));
});

/** A process that commits and delivers. Its runs end with their delivery, so that nothing goes into a partition. */
function aProcess(more: Partial<DispatcherOptions> = {}): Dispatcher {
  const registry = new PluginRegistry();
  registry.register(tell);
  const dispatcher = new Dispatcher(store, {} as Lanes, {
    registry,
    backoff: DEFAULT_BACKOFF,
    timeoutMs: 5_000,
    leaseMs: LEASE,
    pollMs: 20,
    perDestination: 4,
    destinations: 4,
    network: { allowPrivateDestinations: false },
    version: bench.context.flows.version,
    permitted: async () => true,
    onMissing: () => undefined,
    onError: (error) => expect.fail(String(error)),
    ...more,
  });
  dispatchers.push(dispatcher);
  bench.context.reserve = (outbox) => dispatcher.reserve(outbox);
  bench.context.onHandOver = () => dispatcher.poke();
  return dispatcher;
}

const events = (from: number, to: number): Json[] =>
  Array.from({ length: to - from }, (_, n) => ({
    type: 'track',
    event: `e${from + n}`,
    userId: `u${n % 5}`,
    messageId: `m${from + n}`,
  }));
const names = (from: number, to: number) =>
  events(from, to)
    .map((call) => (call as { event: string }).event)
    .sort();
const delivered = async () => (await store.listDeliveries({ limit: 500, status: 'delivered' })).items.length;
/** What another process would get at that moment. */
async function due(now: number): Promise<number> {
  const query = { now, leaseMs: 1, lease: `other ${now}`, limit: 1_000, destinations: 10, except: [] };
  return (await store.leaseDeliveries(query)).length;
}

/** Counts the rows that are leased in the store. */
function countLeased(): { rows: number } {
  const leased = { rows: 0 };
  const lease = store.leaseDeliveries.bind(store);
  vi.spyOn(store, 'leaseDeliveries').mockImplementation(async (query) => {
    const rows = await lease(query);
    leased.rows += rows.length;
    return rows;
  });
  return leased;
}

it('calls what its process commits without leasing it in the store', async () => {
  const leased = countLeased();
  aProcess().start();
  await bench.apply(...events(0, 40));
  await expect.poll(delivered, { timeout: 20_000 }).toBe(40);
  expect([...called].sort()).toEqual(names(0, 40));
  expect(leased.rows).toBe(0);
  expect((await store.listRuns({ limit: 100, status: 'done' })).items.length).toBe(40);
});

it('holds what it has not begun: others get it when the process has died, or at once when it is stopped', async () => {
  answer = never;
  const dispatcher = aProcess({ timeoutMs: 100_000 });
  dispatcher.start();
  const before = Date.now();
  await bench.apply(...events(0, 10));
  await expect.poll(() => called.length).toBe(4);
  expect(await due(before + LEASE - 1_000)).toBe(0);
  const stopped = dispatcher.stop(200);
  await expect.poll(() => due(Date.now())).toBe(6);
  await stopped;
  // Those that were called were aborted, and are to be called again.
  await expect.poll(() => due(Date.now())).toBe(10);
  await bench.apply(...events(10, 12));
  expect(await due(Date.now())).toBe(12);
  expect(called.length).toBe(4);
});

it('is due for others once the lease of a dead process has passed', async () => {
  answer = never;
  aProcess({ timeoutMs: 100_000 });
  await bench.apply(...events(0, 10));
  expect(await due(Date.now() + LEASE + 1_000)).toBe(10);
});

it('lets what is due in the store have its turn, and does what is new behind it', async () => {
  delete bench.context.reserve;
  await bench.apply(...events(0, 50));
  const dispatcher = aProcess();
  const leased = countLeased();
  answer = () => new Promise((resolve) => setTimeout(resolve, 5));
  dispatcher.start();
  await expect.poll(() => called.length).toBeGreaterThan(4);
  // There is more in the store: what is new goes there too.
  await bench.apply(...events(50, 60));
  await expect.poll(delivered, { timeout: 20_000 }).toBe(60);
  expect(leased.rows).toBe(60);
  await bench.apply(...events(60, 90));
  await expect.poll(delivered, { timeout: 20_000 }).toBe(90);
  expect(leased.rows).toBe(60);
  expect([...called].sort()).toEqual(names(0, 90));
});

it('does an old row of a destination while what is new would fill all its places', async () => {
  aProcess().start();
  answer = () => new Promise((resolve) => setTimeout(resolve, 20));
  let n = 0;
  let goesOn = true;
  const stream = (async () => {
    while (goesOn) {
      await bench.apply(...events(n, n + 8));
      n += 8;
    }
  })();
  await expect.poll(() => called.length).toBeGreaterThan(20);
  const reserve = bench.context.reserve;
  bench.context.reserve = () => undefined;
  await bench.apply({ type: 'track', event: 'old', userId: 'old', messageId: 'old' });
  bench.context.reserve = reserve as NonNullable<typeof reserve>;
  const before = called.length;
  await expect.poll(() => called, { timeout: 20_000, interval: 20 }).toContain('old');
  // Those that were called meanwhile are few of those that came.
  expect(called.indexOf('old') - before).toBeLessThan(100);
  goesOn = false;
  await stream;
});

/** Looks of 100 ms in about two seconds, in each of whose milliseconds somebody says that there may be something. */
async function looksIn1900ms(look: (n: number, except: readonly string[]) => DeliveryRow[]): Promise<number> {
  vi.useFakeTimers();
  try {
    let looks = 0;
    vi.spyOn(store, 'leaseDeliveries').mockImplementation(async ({ except }) => {
      const found = look(++looks, except);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return found;
    });
    const dispatcher = aProcess({ pollMs: 2_000 });
    dispatcher.start();
    for (let ms = 0; ms < 1_900; ms++) {
      dispatcher.poke();
      await vi.advanceTimersByTimeAsync(1);
    }
    const stopped = dispatcher.stop(0);
    await vi.advanceTimersByTimeAsync(100);
    await stopped;
    return looks;
  } finally {
    vi.useRealTimers();
  }
}

it('asks a slow store less often, however often it is told that there may be something', async () => {
  expect(await looksIn1900ms(() => [])).toBe(4);
});

it('asks again at once, but not more often, for a destination that had no place at the last look', async () => {
  await bench.apply(...events(0, 4));
  const query = { now: Date.now(), leaseMs: LEASE, lease: 'ours', limit: 4, destinations: 4, except: [] };
  const rows = await store.leaseDeliveries(query);
  let end = () => {};
  answer = (signal) => Promise.race([never(signal), new Promise<void>((resolve) => (end = resolve))]);
  vi.spyOn(store, 'settleDelivery').mockResolvedValue(true);
  const excepts: number[] = [];
  const looks = await looksIn1900ms((n, except) => {
    excepts.push(except.length);
    // In the middle of the rest after the third look, half of the places are free.
    if (n === 3) setTimeout(() => end(), 200);
    return n === 1 ? rows.slice(0, 3) : [];
  });
  // At 0, 100, 600 and, instead of 1,100, 800; then 1,300 and 1,800.
  expect([looks, excepts]).toEqual([6, [0, 1, 1, 0, 0, 0]]);
});

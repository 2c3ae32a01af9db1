import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { Health } from '../../port.js';
import type { Queue, WaitingBatch } from '../../queue/port.js';
import { createMetrics, type Metrics } from './metrics.js';

const up: Health = {
  queue: { ok: true, ms: 3 },
  store: { ok: true, ms: 4 },
  workers: [
    { id: 'a', roles: ['api', 'worker'], secondsAgo: 1 },
    { id: 'b', roles: ['worker'], secondsAgo: 5 },
    { id: 'c', roles: ['worker'], secondsAgo: 30 },
  ],
};
const batch = (partition: number, secondsAgo: number, events: number): WaitingBatch => ({
  id: uuidv7(),
  partition,
  events,
  producer: 'p',
  accepted: events,
  createdAt: Date.now() - secondsAgo * 1000,
});

/** What a scrape of these metrics reads: `name{labels}` to value. */
async function scrape(metrics: Metrics): Promise<Map<string, number>> {
  const { type, body } = await metrics.read();
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

function watched(queue: Partial<Queue>, health: () => Promise<Health>) {
  return { queue: { allPartitions: 3, waiting: async () => [], pressure: async () => undefined, ...queue }, health };
}

describe('the metrics of the deployment', () => {
  it('say how long and how much waits in each partition', async () => {
    const metrics = createMetrics();
    let asked = 0;
    const waiting = async () => {
      asked++;
      return [batch(0, 40, 10), batch(0, 10, 20), batch(2, 5, 1)];
    };
    const pressure = async () => ({ usedBytes: 70, maxBytes: 100 });
    metrics.watch(watched({ waiting, pressure }, async () => up));
    const [found] = await Promise.all([scrape(metrics), scrape(metrics)]);
    const oldest = (n: number) => found.get(`tributary_partition_oldest_waiting_seconds{partition="${n}"}`);
    expect(oldest(0)).toBeGreaterThanOrEqual(40);
    expect(oldest(0)).toBeLessThan(45);
    expect(oldest(1)).toBe(0);
    expect(found.get('tributary_partition_waiting_events{partition="0"}')).toBe(30);
    expect(found.get('tributary_partition_waiting_events{partition="1"}')).toBe(0);
    expect(found.get('tributary_partition_waiting_batches{partition="0"}')).toBe(2);
    expect(found.get('tributary_queue_used_bytes')).toBe(70);
    expect(found.get('tributary_processes{role="worker"}')).toBe(2);
    expect(found.get('tributary_processes{role="scheduler"}')).toBe(0);
    expect(found.get('tributary_server_up{server="store"}')).toBe(1);
    expect(asked).toBe(1);
    metrics.close();
  });

  it('leave out what does not answer, and are read all the same', async () => {
    const metrics = createMetrics();
    const down = new Error('away');
    const health = async () => ({ queue: { ok: false }, store: { ok: false }, workers: [] });
    metrics.watch(watched({ waiting: () => Promise.reject(down), pressure: () => Promise.reject(down) }, health));
    const found = await scrape(metrics);
    expect(found.get('tributary_server_up{server="queue"}')).toBe(0);
    expect([...found.keys()].filter((key) => /partition_|queue_.*bytes|processes\{/.test(key))).toEqual([]);
    metrics.close();
  });

  it('see an event loop that stood still', async () => {
    const metrics = createMetrics();
    await scrape(metrics);
    await sleep(50);
    const end = performance.now() + 150;
    while (performance.now() < end);
    await sleep(50);
    const found = await scrape(metrics);
    expect(found.get('tributary_event_loop_lag_seconds{quantile="1"}')).toBeGreaterThan(0.1);
    expect(found.get('tributary_event_loop_lag_seconds{quantile="0.5"}')).toBeLessThan(0.1);
    metrics.close();
  });
});

describe('the metrics of a process', () => {
  it('begin at zero, count up, and belong to one engine', async () => {
    const [metrics, other] = [createMetrics(), createMetrics()];
    expect((await scrape(metrics)).get('tributary_events_processed_total{result="dead-lettered"}')).toBe(0);
    metrics.observer.batchDone({
      partition: 0,
      items: 4,
      ms: 20,
      // One event was replayed out of the quarantine, and one went in.
      counts: { applied: 2, duplicate: 1, quarantined: 0, deadLettered: 0, emitted: 1 },
      replayed: { quarantined: 1, deadLettered: 0 },
    });
    metrics.observer.delivery('https://crm.example/hook?x', 'dead');
    const found = await scrape(metrics);
    expect(found.get('tributary_events_processed_total{result="applied"}')).toBe(2);
    expect(found.get('tributary_events_processed_total{result="quarantined"}')).toBe(1);
    expect(found.get('tributary_events_replayed_total{from="quarantine"}')).toBe(1);
    expect(found.get('tributary_batch_items_sum')).toBe(4);
    expect(found.get('tributary_deliveries_total{destination="crm.example",result="dead"}')).toBe(1);
    expect((await scrape(other)).get('tributary_events_processed_total{result="applied"}')).toBe(0);
    metrics.close();
    other.close();
  });
});

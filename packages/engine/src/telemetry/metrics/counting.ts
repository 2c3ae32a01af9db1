import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Observer } from '../observer.js';
import { DestinationLabels } from './destinations.js';

const CALL_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const DELIVERY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const ITEMS = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 1000];

/** What this process counts, as it happens. */
export function countingObserver(registry: Registry): Observer {
  const m = metersOf(registry);
  const labels = new DestinationLabels();
  beginAtZero(m);
  return {
    accepted: (events) => m.accepted.inc(events),
    refused: (reason) => m.refused.inc({ reason }),
    enqueued: (ms) => m.enqueue.observe(ms / 1000),
    batchDone({ items, ms, counts, replayed }) {
      m.batches.inc({ result: 'done' });
      m.batchItems.observe(items);
      m.batchSeconds.observe(ms / 1000);
      m.processed.inc({ result: 'applied' }, counts.applied);
      m.processed.inc({ result: 'duplicate' }, counts.duplicate);
      // A counter never goes down: a replay is counted as one.
      m.processed.inc({ result: 'quarantined' }, counts.quarantined + replayed.quarantined);
      m.processed.inc({ result: 'dead-lettered' }, counts.deadLettered + replayed.deadLettered);
      m.replayed.inc({ from: 'quarantine' }, replayed.quarantined);
      m.replayed.inc({ from: 'dead-letters' }, replayed.deadLettered);
      m.emitted.inc(counts.emitted);
    },
    batchUndone: (result) => m.batches.inc({ result }),
    committed: (ms) => m.commit.observe(ms / 1000),
    conflicts: (profiles) => m.conflicts.inc(profiles),
    deliveryBegins: () => m.inFlight.inc(),
    deliveryEnds(ms) {
      m.inFlight.dec();
      m.deliverySeconds.observe(ms / 1000);
    },
    delivery: (destination, result) => m.deliveries.inc({ destination: labels.of(destination), result }),
  };
}

/** What comes up for the first time is no increase to Prometheus: it has to see the zero before. */
function beginAtZero(m: ReturnType<typeof metersOf>): void {
  for (const result of ['applied', 'duplicate', 'quarantined', 'dead-lettered']) m.processed.inc({ result }, 0);
  for (const result of ['done', 'failed', 'given-back']) m.batches.inc({ result }, 0);
  for (const reason of ['full', 'unavailable']) m.refused.inc({ reason }, 0);
  for (const from of ['quarantine', 'dead-letters']) m.replayed.inc({ from }, 0);
}

function metersOf(registry: Registry) {
  const registers = [registry];
  const counter = <T extends string = never>(name: string, help: string, ...labelNames: T[]) =>
    new Counter({ name: `tributary_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `tributary_${name}`, help, buckets, registers });
  const inFlight = 'Calls to the outside that this process is in.';
  return {
    accepted: counter('events_accepted_total', 'Events that this process put into the durable queue.'),
    refused: counter('requests_refused_total', 'Requests answered 503: no room, or no queue.', 'reason'),
    processed: counter('events_processed_total', 'Events that this process brought to an end, by result.', 'result'),
    emitted: counter('events_emitted_total', 'Events that flows emitted and that this process applied.'),
    replayed: counter('events_replayed_total', 'Events applied out of the quarantine or the dead letters.', 'from'),
    batches: counter('batches_total', 'Batches that this process worked on, by result.', 'result'),
    batchItems: histogram('batch_items', 'Items of a batch.', ITEMS),
    batchSeconds: histogram('batch_duration_seconds', 'From the beginning of a batch to its receipt.', BATCH_SECONDS),
    commit: histogram('commit_duration_seconds', 'A commit in the store.', CALL_SECONDS),
    conflicts: counter('commit_conflicts_total', 'Profiles that had moved at a commit and were computed again.'),
    enqueue: histogram('enqueue_duration_seconds', 'Adding a batch to the queue.', CALL_SECONDS),
    deliveries: counter('deliveries_total', 'Attempts at deliveries, by host and result.', 'destination', 'result'),
    deliverySeconds: histogram('delivery_duration_seconds', 'A call to the outside.', DELIVERY_SECONDS),
    inFlight: new Gauge({ name: 'tributary_deliveries_in_flight', help: inFlight, registers }),
  };
}

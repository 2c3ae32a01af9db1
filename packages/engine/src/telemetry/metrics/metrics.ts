import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Observer } from '../observer.js';
import { countingObserver } from './counting.js';
import { addDeploymentGauges } from './gauges.js';
import { type MetricEntry, metricList } from './list.js';
import { addLoopLag } from './loop-lag.js';
import { type Snapshot, snapshots, type Watched } from './snapshot.js';

/** The metrics of one engine, in a registry of their own. */
export interface Metrics {
  /** For `createEngine`. */
  readonly observer: Observer;
  /** What is asked at each scrape, once it is there. */
  watch(watched: Watched): void;
  /** In the text format of Prometheus. */
  read(): Promise<{ type: string; body: string }>;
  /** What there is, also what has no value yet. */
  list(): MetricEntry[];
  /** Ends the measuring of the event loop. */
  close(): void;
}

/**
 * Makes the metrics of an engine.
 *
 * @example
 * const metrics = createMetrics();
 * const engine = createEngine({ ...options, observer: metrics.observer });
 * metrics.watch({ queue, health: () => engine.health() });
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const observer = countingObserver(registry);
  let take: (() => Promise<Snapshot>) | undefined;
  addDeploymentGauges(registry, async () => take?.());
  const stopLag = addLoopLag(registry);
  collectDefaultMetrics({ register: registry });
  return {
    observer,
    watch(watched) {
      take = snapshots(watched);
    },
    read: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    list: () => metricList(registry),
    close: stopLag,
  };
}

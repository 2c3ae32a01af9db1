import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

const RESOLUTION_MS = 10;
const QUANTILES = [0.5, 0.99, 1];

/** How late this process runs what is due, since the last scrape. Returns what ends the measuring. */
export function addLoopLag(registry: Registry): () => void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  new Gauge({
    name: 'tributary_event_loop_lag_seconds',
    help: 'How late the event loop was since the last scrape.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      for (const quantile of QUANTILES) {
        const seen = histogram.count === 0 ? 0 : histogram.percentile(quantile * 100) / 1e6;
        // The time between two looks is measured, which is not lag.
        this.set({ quantile }, Math.max(0, seen - RESOLUTION_MS) / 1000);
      }
      histogram.reset();
    },
  });
  return () => histogram.disable();
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '@tributary/engine';

/** `GET /metrics`, in the text format of Prometheus. */
export function createMetricsPage(metrics: Pick<Metrics, 'read'>) {
  return async function metricsPage(_req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { type, body } = await metrics.read();
    res.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' });
    res.end(body);
  };
}

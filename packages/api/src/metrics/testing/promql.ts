import { parser } from '@prometheus-io/lezer-promql';
import { createMetrics, type MetricEntry } from '@tributary/engine';

/** The metrics as they are. */
export const metrics = createMetrics();

/** The names of series, with their labels. */
export const known = new Map<string, MetricEntry>();
for (const metric of metrics.list()) {
  known.set(metric.name, metric);
  if (metric.type !== 'histogram') continue;
  for (const part of ['bucket', 'sum', 'count']) {
    const labels = part === 'bucket' ? [...metric.labels, 'le'] : metric.labels;
    known.set(`${metric.name}_${part}`, { ...metric, labels });
  }
}

/** What Prometheus adds to each series, and its own series. */
const ADDED = ['job', 'instance'];
const OF_PROMETHEUS = ['up'];

/** Faults of an expression: what cannot be parsed, and metrics and labels that do not exist. */
export function faultsOf(expression: string): string[] {
  const text = expression.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'tributary');
  const faults: string[] = [];
  const metricsIn: string[] = [];
  const labelsIn: string[] = [];
  parser.parse(text).iterate({
    enter({ name, from, to, type }) {
      const part = text.slice(from, to);
      if (type.isError) faults.push(`not PromQL at ${from}: ${text}`);
      else if (name === 'VectorSelector') metricsIn.push(/^\w+/.exec(part)?.[0] ?? part);
      else if (name === 'LabelName') labelsIn.push(part);
    },
  });
  const found = metricsIn.flatMap((name) => known.get(name) ?? []);
  for (const name of metricsIn) if (!known.has(name) && !OF_PROMETHEUS.includes(name)) faults.push(`no metric ${name}`);
  const labels = new Set([...ADDED, ...found.flatMap((metric) => metric.labels)]);
  for (const label of labelsIn) if (!labels.has(label)) faults.push(`no label ${label}: ${text}`);
  if (metricsIn.length === 0) faults.push(`asks for nothing: ${text}`);
  return faults;
}

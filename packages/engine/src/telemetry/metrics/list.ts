import type { Registry } from 'prom-client';

/** One metric, as docs/monitoring.md names it. */
export interface MetricEntry {
  name: string;
  type: string;
  labels: readonly string[];
  help: string;
}

/** What a registry holds. */
export function metricList(registry: Registry): MetricEntry[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { labelNames = [], type } = metric as { labelNames?: string[]; type?: unknown };
    return { name: metric.name, type: String(type), labels: labelNames, help: metric.help };
  });
}

/** The metrics of Tributary as a table in Markdown: what docs/monitoring.md shows. */
export function metricsTable(metrics: readonly MetricEntry[]): string {
  const rows = metrics
    .filter(({ name }) => name.startsWith('tributary_'))
    .map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((l) => `\`${l}\``).join(', ')} | ${help} |`,
    );
  return ['| Metric | Type | Labels | Meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

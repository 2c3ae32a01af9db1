import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { createMetrics, type MetricEntry, metricsTable } from '@tributary/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROUTES } from '../manage/table.js';

const metrics = createMetrics();
afterAll(() => metrics.close());
const known = new Map<string, MetricEntry>();
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

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

/** Faults of an expression: what cannot be parsed, and metrics and labels that do not exist. */
function faultsOf(expression: string): string[] {
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

it('the check of expressions finds what is wrong', () => {
  expect(faultsOf('sum(rate(tributary_events_accepted_total[5m])')).not.toEqual([]);
  expect(faultsOf('max(tributary_no_such_thing)')).toEqual(['no metric tributary_no_such_thing']);
  expect(faultsOf('tributary_events_processed_total{role="x"}')).toEqual([expect.stringMatching('no label role')]);
  expect(faultsOf('sum by (partition) (tributary_events_accepted_total)')).toHaveLength(1);
});

describe('docs/monitoring.md', () => {
  const page = read('docs/monitoring.md');

  it('has the table of the metrics as they are', () => {
    expect(page).toContain(metricsTable(metrics.list()));
  });

  it('names every other metric, and none that does not exist', () => {
    for (const { name } of metrics.list()) expect(page, name).toContain(`\`${name}\``);
    const named = page.match(/\b(tributary|process|nodejs)_[a-z0-9_]+(?<!_)\b(?!_)/g) ?? [];
    expect(named.filter((name) => ![...known.keys()].includes(name) && !page.includes(`\`${name}_\``))).toEqual([]);
  });

  it('names metrics by the conventions of Prometheus', () => {
    for (const { name, type, help } of metrics.list().filter((metric) => metric.name.startsWith('tributary_'))) {
      expect(name).toMatch(/^tributary_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(help, name).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('examples/monitoring', () => {
  it('the dashboard asks only for what there is', () => {
    interface Panel {
      title: string;
      type: string;
      targets?: { expr: string }[];
    }
    const { panels } = JSON.parse(read('examples/monitoring/grafana/tributary.json')) as { panels: Panel[] };
    const asked = panels.filter(({ type }) => type !== 'row');
    expect(asked.length).toBeGreaterThan(15);
    for (const { title, targets = [] } of asked) {
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { expr } of targets) expect(faultsOf(expr), title).toEqual([]);
    }
    const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join();
    const own = metrics.list().filter(({ name }) => name.startsWith('tributary_'));
    expect(own.filter(({ name }) => !shown.includes(name))).toEqual([]);
  });

  it('the alerts are rules over what there is, with a sentence each', () => {
    interface Rule {
      alert: string;
      expr: string;
      for?: string;
      labels: { severity: string };
      annotations: { summary: string; description: string };
    }
    const { groups } = parse(read('examples/monitoring/alerts.yml')) as { groups: { name: string; rules: Rule[] }[] };
    const rules = groups.flatMap((group) => group.rules);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(faultsOf(rule.expr), rule.alert).toEqual([]);
      expect(rule.alert).toMatch(/^Tributary[A-Za-z]+$/);
      expect(['warning', 'critical']).toContain(rule.labels.severity);
      if (rule.for !== undefined) expect(rule.for).toMatch(/^\d+[smh]$/);
      expect(rule.annotations.summary.length * rule.annotations.description.length).toBeGreaterThan(0);
      for (const [path] of rule.annotations.description.matchAll(/\/api\/[\w/{}-]+/g)) {
        expect(ROUTES.map((route) => route.path).includes(path), `${rule.alert}: ${path}`).toBe(true);
      }
    }
  });

  it('the scrape configuration reads the rules that are there', () => {
    const { rule_files, scrape_configs } = parse(read('examples/monitoring/prometheus.yml'));
    expect(rule_files).toEqual(['alerts.yml']);
    expect(scrape_configs).toMatchObject([{ job_name: 'tributary', metrics_path: '/metrics' }]);
  });
});

import { readFileSync } from 'node:fs';
import { metricsTable } from '@tributary/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROUTES } from '../manage/table.js';
import { faultsOf, known, metrics } from './testing/promql.js';

afterAll(() => metrics.close());
const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

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

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Dashboard } from '../../deploy/observability/grafana/dashboard.ts';
import { DASHBOARDS, dashboardText } from '../../deploy/observability/grafana/dashboards.ts';
import { METRICS, type MetricName } from '../../src/sidecar/telemetry/metric-table.ts';
import { ROOT } from '../support/tools.ts';

const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: { readonly summary: string; readonly runbook: string };
}

const rulesOf = (file: string): readonly Rule[] => {
  const { groups } = parse(read(`deploy/observability/prometheus/${file}`)) as {
    groups: readonly { rules: readonly Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
};

const RECORDED = rulesOf('recording.yaml');
const ALERTS = rulesOf('alerts.yaml');
const ALERT_NAMES = ALERTS.map(({ alert = '' }) => alert);
/** Labels that Prometheus adds to each sample. */
const TARGET_LABELS = ['job', 'instance'];

/** Metrics in an expression or a query of a variable, without the suffixes of histograms. */
function metricsIn(expr: string): readonly string[] {
  const names = expr.match(/\b(?:lictor|process)_[a-z_]+\b/g) ?? [];
  return names.map((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return base in METRICS && METRICS[base as MetricName].type === 'histogram' ? base : name;
  });
}

/** Labels that an expression or a legend names: in matchers, in `by` and `on`, and as `{{label}}`. */
function labelsIn(text: string): readonly string[] {
  const matchers = [...text.matchAll(/(?<![{])\{([^{}]*)\}/g)].flatMap(([, inner = '']) =>
    [...inner.matchAll(/([a-z_]+)\s*(?:=~|!=|!~|=)/g)].map(([, name = '']) => name),
  );
  const lists = [...text.matchAll(/\b(?:by|on|without|ignoring) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.trim()),
  );
  const shown = [...text.matchAll(/\{\{(?: \$labels\.)?([a-z_]+) ?\}\}/g)].map(([, name = '']) => name);
  return [...matchers, ...lists, ...shown];
}

/** Labels of metrics, and `le` of histograms. */
function labelsOf(metrics: readonly string[]): ReadonlySet<string> {
  const rows = metrics.map((name) => METRICS[name as MetricName]);
  const isHistogram = rows.some(({ type }) => type === 'histogram');
  return new Set([...rows.flatMap(({ labels }) => labels), ...TARGET_LABELS, ...(isHistogram ? ['le'] : [])]);
}

/** Metrics and labels of a text that the table does not have; the text itself if it names no metric. */
function unknownIn(expr: string, shown = ''): readonly string[] {
  const metrics = metricsIn(expr);
  const unknown = metrics.filter((name) => !(name in METRICS));
  if (unknown.length > 0 || metrics.length === 0) return metrics.length === 0 ? [expr] : unknown;
  const labels = labelsOf(metrics);
  return [...labelsIn(expr), ...labelsIn(shown)].filter((label) => !labels.has(label));
}

const queriesOf = ({ rows }: Dashboard) =>
  rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries));

test.each(Object.entries(DASHBOARDS))(
  '%s is what its code writes (node deploy/observability/grafana/main.ts)',
  (name, dashboard) => {
    expect(read(`deploy/observability/dashboards/${name}`)).toBe(dashboardText(dashboard));
  },
);

test.each(Object.entries(DASHBOARDS))(
  '%s names metrics and labels of the metric table alone',
  (_, dashboard) => {
    const queries = queriesOf(dashboard);
    expect(queries.length).toBeGreaterThan(15);
    expect(queries.flatMap(({ expr, legend }) => unknownIn(expr, legend))).toEqual([]);
    expect(dashboard.variables.flatMap(({ query }) => unknownIn(query))).toEqual([]);
  },
);

test('each metric of decisions, limits, keys, policies and saturation is in a dashboard', () => {
  const shown = new Set(
    Object.values(DASHBOARDS).flatMap((each) => queriesOf(each).flatMap(({ expr }) => metricsIn(expr))),
  );
  const left = Object.keys(METRICS).filter((name) => !shown.has(name));
  expect(left).toEqual(['lictor_policy_reload_timestamp_seconds']);
});

test('a metric or label that the table lacks is found', () => {
  expect(unknownIn('rate(lictor_decision_total[5m])')).toEqual(['lictor_decision_total']);
  expect(unknownIn('sum by (kind) (lictor_decisions_total{host="a"})', '{{path}}')).toEqual([
    'host',
    'kind',
    'path',
  ]);
  expect(unknownIn('lictor_decision_duration_seconds_bucket{le="1"}')).toEqual([]);
  expect(unknownIn('lictor_inflight_checks_bucket')).toEqual(['lictor_inflight_checks_bucket']);
  expect(unknownIn('vector(1)')).toEqual(['vector(1)']);
});

/** An expression with those of the recorded sums that it names in their place. */
function resolved(expr: string): string {
  return expr.replaceAll(/\blictor:[a-z0-9_:]+/g, (name) => {
    const rule = RECORDED.find(({ record }) => record === name);
    return rule === undefined ? `lictor_unknown{${name}=""}` : resolved(rule.expr);
  });
}

test('rules read metrics and labels of the table, and sums that are recorded', () => {
  const unknown = [...RECORDED, ...ALERTS].flatMap(({ expr, annotations }) =>
    unknownIn(resolved(expr), annotations?.summary),
  );
  expect(unknown).toEqual([]);
  expect(unknownIn(resolved('lictor:never:recorded > 1'))).toEqual(['lictor_unknown']);
});

test('each alert has a section in the runbook with its three parts, and each section an alert', () => {
  const sections = read('docs/runbook.md').split(/^## /m).slice(1);
  expect(sections.map((section) => section.split('\n')[0])).toEqual(ALERT_NAMES);
  for (const section of sections) {
    const parts = [...section.matchAll(/^\*\*(.*?)\.\*\* \S/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Meaning', 'Look', 'Mend']);
  }
  expect(ALERTS.map(({ annotations }) => annotations?.runbook)).toEqual(
    ALERT_NAMES.map((name) => `docs/runbook.md#${name.toLowerCase()}`),
  );
});

test('each alert has a test in which it fires and is silent before', () => {
  const { tests } = parse(read('deploy/observability/prometheus/tests.yaml')) as {
    tests: readonly {
      alert_rule_test?: readonly { alertname: string; exp_alerts: readonly unknown[] }[];
    }[];
  };
  const cases = tests.flatMap(({ alert_rule_test: each = [] }) => each);
  for (const name of ALERT_NAMES) {
    const counts = cases
      .filter(({ alertname }) => alertname === name)
      .map(({ exp_alerts: fired }) => fired.length);
    expect([name, ...counts]).toEqual([name, 0, 1]);
  }
});

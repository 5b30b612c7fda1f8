import { globSync, readFileSync } from 'node:fs';
import { METRICS } from '../../../src/sidecar/telemetry/metric-table.ts';
import { createMetrics, type Metrics } from '../../../src/sidecar/telemetry/metrics.ts';
import { aDecision } from '../../support/decision.ts';

const noon = Date.parse('2026-06-01T12:00:00Z');

function metricsAt(clock: () => number) {
  return createMetrics({
    clock,
    inflight: () => 1,
    issuers: () => [
      { name: 'acme', fetched_at: '2026-06-01T11:59:30.000Z' },
      { name: 'inline', fetched_at: null },
    ],
  });
}

/** Sample lines of one metric. */
function samples(text: string, name: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(name) && /^[{_ ]/.test(line.slice(name.length)));
}

test('each metric of the table, and no other, is exposed with its type and its description', async () => {
  const text = await metricsAt(() => noon).text();
  const types = [...text.matchAll(/^# TYPE (\S+ \S+)$/gm)].map(([, type = '']) => type);
  const table = Object.entries(METRICS).map(([name, { type }]) => `${name} ${type}`);
  expect(types).toHaveLength(table.length);
  expect(new Set(types)).toEqual(new Set(table));
  for (const [name, { doc }] of Object.entries(METRICS)) expect(text).toContain(`# HELP ${name} ${doc}\n`);
  expect(text).not.toMatch(/otel_scope|target_info|_total_total/);
});

/** Every event that the server reports, once. */
const EVENTS: Readonly<Record<Exclude<keyof Metrics, 'text'>, (metrics: Metrics) => void>> = {
  decided: (metrics) =>
    metrics.decided(
      aDecision({
        rule: 'readers',
        limits: [{ policy: 'orders-api', name: 'per-caller', allowed: true, remaining: 1 }],
        shadow: [{ policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' }],
      }),
    ),
  reloaded: (metrics) => metrics.reloaded('failure'),
  live: (metrics) =>
    metrics.live({ commit: 'c1', digest: 'sha256:d1', dirty: false, source: 'git' }, 'c1', noon),
  jwksRefreshed: (metrics) => metrics.jwksRefreshed('acme', 'success'),
  auditDropped: (metrics) => metrics.auditDropped('stdout', 1),
};

test('each metric has a sample with all of its labels after every event', async () => {
  const metrics = metricsAt(() => noon);
  for (const report of Object.values(EVENTS)) report(metrics);
  const text = await metrics.text();
  const incomplete = Object.entries(METRICS).filter(([name, { labels }]) => {
    const lines = samples(text, name).filter((line) => !line.includes('_bucket{'));
    return !lines.some((line) => labels.every((label) => new RegExp(`[{,]${label}="[^"]+"`).test(line)));
  });
  expect(incomplete.map(([name]) => name)).toEqual([]);
});

test.each(Object.keys(EVENTS))('the server reports the event %s', (event) => {
  const server = globSync('src/sidecar/server/*.ts').map((file) => readFileSync(file, 'utf8'));
  expect(server.filter((text) => text.includes(`.${event}(`))).not.toEqual([]);
});

test('a decision is counted with bounded labels', async () => {
  const metrics = metricsAt(() => noon);
  metrics.decided(aDecision());
  metrics.decided(aDecision());
  metrics.decided(aDecision({ reason: 'allowed', status: 200, rule: 'readers' }));
  const labels = 'policy="orders-api",rule="",mode="enforce"';
  expect(samples(await metrics.text(), 'lictor_decisions_total')).toEqual([
    `lictor_decisions_total{decision="deny",reason="no_rule",${labels}} 2`,
    'lictor_decisions_total{decision="allow",reason="allowed",policy="orders-api",rule="readers",mode="enforce"} 1',
  ]);
  expect(await metrics.text()).not.toMatch(/spiffe:|10\.0\.0\.7|api\/orders|acme\.svc/);
});

test('limits and shadow verdicts are counted', async () => {
  const metrics = metricsAt(() => noon);
  metrics.decided(
    aDecision({
      limits: [
        { policy: 'orders-api', name: 'per-caller', allowed: true, remaining: 1 },
        { policy: 'orders-api', name: 'per-tenant', allowed: false, remaining: 0 },
      ],
      shadow: [
        { policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' },
        { policy: 'loose', rule: 'all', decision: 'allow', reason: 'allowed' },
      ],
    }),
  );
  expect(samples(await metrics.text(), 'lictor_limit_decisions_total')).toEqual([
    'lictor_limit_decisions_total{policy="orders-api",limit="per-caller",result="allowed"} 1',
    'lictor_limit_decisions_total{policy="orders-api",limit="per-tenant",result="refused"} 1',
  ]);
  expect(samples(await metrics.text(), 'lictor_shadow_decisions_total')).toEqual([
    'lictor_shadow_decisions_total{policy="strict",decision="deny",agrees="true"} 1',
    'lictor_shadow_decisions_total{policy="loose",decision="allow",agrees="false"} 1',
  ]);
});

test('durations are counted in cumulative buckets', async () => {
  const metrics = metricsAt(() => noon);
  for (const duration of [10, 11, 40, 2_000_000]) metrics.decided(aDecision({ duration }));
  const lines = samples(await metrics.text(), 'lictor_decision_duration_seconds');
  expect(lines).toContain('lictor_decision_duration_seconds_count 4');
  expect(lines.find((line) => line.includes('_sum'))).toMatch(/ 2\.000061/);
  expect(lines).toContain('lictor_decision_duration_seconds_bucket{le="0.00001"} 1');
  expect(lines).toContain('lictor_decision_duration_seconds_bucket{le="0.000025"} 2');
  expect(lines).toContain('lictor_decision_duration_seconds_bucket{le="0.00005"} 3');
  expect(lines).toContain('lictor_decision_duration_seconds_bucket{le="1"} 3');
  expect(lines).toContain('lictor_decision_duration_seconds_bucket{le="+Inf"} 4');
});

test('only the live revision has a series, with its age', async () => {
  let now = noon;
  const metrics = metricsAt(() => now);
  expect(samples(await metrics.text(), 'lictor_policy_info')).toEqual([]);
  expect(samples(await metrics.text(), 'lictor_policy_age_seconds')).toEqual([]);
  const revision = { commit: 'c1', digest: 'sha256:d1', dirty: true, source: 'git' } as const;
  metrics.live(revision, 'c1-dirty', noon);
  metrics.live({ ...revision, commit: 'c2', digest: 'sha256:d2', dirty: false }, 'c2', noon);
  now += 90_500;
  expect(samples(await metrics.text(), 'lictor_policy_info')).toEqual([
    'lictor_policy_info{revision="c2",digest="sha256:d2",source="git"} 1',
  ]);
  expect(samples(await metrics.text(), 'lictor_policy_age_seconds')).toEqual([
    'lictor_policy_age_seconds 90.5',
  ]);
});

test('reloads, keys, lost records and checks in flight', async () => {
  const metrics = metricsAt(() => noon);
  metrics.reloaded('failure');
  metrics.jwksRefreshed('acme', 'success');
  metrics.auditDropped('stdout', 3);
  metrics.auditDropped('stdout', 2);
  const text = await metrics.text();
  expect(samples(text, 'lictor_policy_reloads_total')).toEqual([
    'lictor_policy_reloads_total{result="success"} 0',
    'lictor_policy_reloads_total{result="failure"} 1',
  ]);
  expect(samples(text, 'lictor_jwks_refresh_total')).toEqual([
    'lictor_jwks_refresh_total{issuer="acme",result="success"} 1',
  ]);
  expect(samples(text, 'lictor_jwks_age_seconds')).toEqual(['lictor_jwks_age_seconds{issuer="acme"} 30']);
  expect(samples(text, 'lictor_audit_dropped_total')).toEqual([
    'lictor_audit_dropped_total{sink="stdout"} 5',
  ]);
  expect(samples(text, 'lictor_inflight_checks')).toEqual(['lictor_inflight_checks 1']);
});

test('the number of series is bounded over many reloads of many policies', async () => {
  const metrics = metricsAt(() => noon);
  for (let i = 0; i < 5000; i++) metrics.decided(aDecision({ policy: `p${i}` }));
  const lines = samples(await metrics.text(), 'lictor_decisions_total');
  expect(lines).toHaveLength(2001);
  expect(lines.at(-1)).toBe(
    'lictor_decisions_total{decision="_other",reason="_other",policy="_other",rule="_other",mode="_other"} 3000',
  );
});

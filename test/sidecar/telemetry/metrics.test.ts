import { globSync, readFileSync } from 'node:fs';
import { REASONS } from '../../../src/engine/decision/reasons.ts';
import { METRICS } from '../../../src/sidecar/telemetry/metric-table.ts';
import { createMetrics, type Metrics } from '../../../src/sidecar/telemetry/metrics.ts';
import { aDecision } from '../../support/decision.ts';
import { metricsOptions } from '../../support/metrics-options.ts';
import { policySet, REVISION } from '../../support/policy-set.ts';

const noon = Date.parse('2026-06-01T12:00:00Z');

function metricsAt(clock: () => number) {
  const options = metricsOptions({
    clock,
    inflight: () => 1,
    issuers: () => [
      { name: 'acme', source: 'uri', fetched_at: '2026-06-01T11:59:30.000Z' },
      { name: 'inline', source: 'inline', fetched_at: null },
      { name: 'late', source: 'uri', fetched_at: null },
    ],
    limits: () => [
      { id: 'orders-api/per-caller', keys: 7, estimated: 0 },
      { id: 'orders-api/per-tenant', keys: 1000, estimated: 12 },
    ],
    sinks: ['stdout'],
    sharedLimits: () => ({ state: 'open', replicas: 4, leased_units: 12, last_error: { fault: 'late' } }),
    queues: () => [{ name: 'stdout', taken: 0.25 }],
    build: { version: '0.1.0', node: '24.0.0' },
  });
  return createMetrics(options);
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

const ANY_SET = policySet({ policies: { orders: { rules: [{ name: 'all', effect: 'allow' }] } } });
const FAILED = { result: 'failure', at: noon, duration: 120, revision: 'c2' } as const;

/** Every event that the server reports, once. */
const EVENTS: Readonly<Record<Exclude<keyof Metrics, 'collect' | 'text'>, (metrics: Metrics) => void>> = {
  decided: (metrics) =>
    metrics.decided(
      aDecision({
        rule: 'readers',
        limits: [
          { policy: 'orders-api', name: 'per-caller', allowed: true, remaining: 1, withoutStore: 'share' },
        ],
        shadow: [{ of: 'rule', policy: 'strict', rule: 'closed', decision: 'deny', reason: 'no_rule' }],
      }),
    ),
  reloaded: (metrics) => metrics.reloaded(FAILED),
  declare: (metrics) => Array.from(metrics.declare(ANY_SET)),
  live: (metrics) => metrics.live(ANY_SET, noon),
  candidateJudged: (metrics) => metrics.candidateJudged('newly_denied'),
  candidateDiverged: (metrics) =>
    metrics.candidateDiverged('newly_denied', { policy: 'orders', rule: 'closed' }),
  candidateReloaded: (metrics) => metrics.candidateReloaded('success'),
  candidateLive: (metrics) => metrics.candidateLive(ANY_SET),
  jwksRefreshed: (metrics) => metrics.jwksRefreshed('acme', 'success'),
  limitStoreAsked: (metrics) => metrics.limitStoreAsked('late'),
  auditDropped: (metrics) => metrics.auditDropped('stdout', 1),
  sampledOut: (metrics) => metrics.sampledOut('allow'),
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
        { of: 'rule', policy: 'orders-api', rule: 'no-bots', decision: 'deny', reason: 'rule_denied' },
      ],
    }),
  );
  expect(samples(await metrics.text(), 'lictor_limit_decisions_total')).toEqual([
    'lictor_limit_decisions_total{policy="orders-api",limit="per-caller",result="allowed"} 1',
    'lictor_limit_decisions_total{policy="orders-api",limit="per-tenant",result="refused"} 1',
  ]);
  expect(samples(await metrics.text(), 'lictor_shadow_decisions_total')).toEqual([
    'lictor_shadow_decisions_total{policy="strict",rule="",decision="deny",agrees="true"} 1',
    'lictor_shadow_decisions_total{policy="loose",rule="",decision="allow",agrees="false"} 1',
    'lictor_shadow_decisions_total{policy="orders-api",rule="no-bots",decision="deny",agrees="true"} 1',
  ]);
});

test('keys of limits are counted together, and estimates by limit', async () => {
  const text = await metricsAt(() => noon).text();
  expect(samples(text, 'lictor_limit_keys')).toEqual(['lictor_limit_keys 1007']);
  expect(samples(text, 'lictor_limit_estimated_total')).toEqual([
    'lictor_limit_estimated_total{policy="orders-api",limit="per-tenant"} 12',
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
  metrics.live({ ...ANY_SET, revisionText: 'c1-dirty' }, noon);
  const revision = { ...REVISION, commit: 'c2', digest: 'sha256:d2' };
  metrics.live({ ...ANY_SET, revision, revisionText: 'c2' }, noon);
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
  metrics.reloaded(FAILED);
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
  expect(samples(text, 'lictor_jwks_age_seconds')).toEqual([
    'lictor_jwks_age_seconds{issuer="acme"} 30',
    'lictor_jwks_age_seconds{issuer="late"} 0',
  ]);
  expect(samples(text, 'lictor_audit_dropped_total')).toEqual([
    'lictor_audit_dropped_total{sink="stdout"} 5',
  ]);
  expect(samples(text, 'lictor_inflight_checks')).toEqual(['lictor_inflight_checks 1']);
});

test('the number of series is bounded over many reloads of many policies, and reasons stay apart', async () => {
  const metrics = metricsAt(() => noon);
  for (let i = 0; i < 5000; i++) metrics.decided(aDecision({ policy: `p${i}` }));
  metrics.decided(aDecision({ policy: 'p5000', rule: 'r', reason: 'policy_error', status: 500 }));
  const lines = samples(await metrics.text(), 'lictor_decisions_total');
  expect(lines.slice(2000)).toEqual([
    'lictor_decisions_total{decision="deny",reason="no_rule",policy="_other",rule="_other",mode="enforce"} 3000',
    'lictor_decisions_total{decision="deny",reason="policy_error",policy="_other",rule="_other",mode="enforce"} 1',
  ]);
});

describe('series of names that the live policy set does not have', () => {
  const rule = (name: string) => ({ name, effect: 'allow' });
  const before = policySet({
    policies: { old: { rules: [rule('r')] }, kept: { rules: [rule('a'), rule('b')] } },
  });
  const after = policySet({ policies: { kept: { rules: [rule('a')] } } });
  const names = async (metrics: Metrics) =>
    samples(await metrics.text(), 'lictor_decisions_total').map(
      (line) => /policy="(.*?)",rule="(.*?)"/.exec(line)?.slice(1).join('/') ?? line,
    );

  test('are removed ten minutes after their last change', async () => {
    let now = noon;
    const metrics = metricsAt(() => now);
    metrics.live(before, now);
    for (const [policy, name] of [
      ['old', 'r'],
      ['kept', 'a'],
      ['kept', 'b'],
      ['kept', ''],
      ['', ''],
    ] as const) {
      metrics.decided(aDecision({ policy, rule: name }));
    }
    const all = ['old/r', 'kept/a', 'kept/b', 'kept/', '/'];
    expect(await names(metrics)).toEqual(all);
    now += 11 * 60_000;
    expect(await names(metrics)).toEqual(all);
    metrics.decided(aDecision({ policy: 'old', rule: 'r' }));
    metrics.live(after, now);
    expect(await names(metrics)).toEqual(['old/r', 'kept/a', 'kept/', '/']);
    now += 11 * 60_000;
    expect(await names(metrics)).toEqual(['kept/a', 'kept/', '/']);
  });

  test('make room for new ones', async () => {
    const goLive = (metrics: Metrics, set: typeof after, at: number): void => {
      for (const _ of metrics.declare(set));
      metrics.live(set, at);
    };
    let now = noon;
    const metrics = metricsAt(() => now);
    for (let i = 0; i < 3000; i++) metrics.decided(aDecision({ policy: `p${i}` }));
    goLive(metrics, before, now);
    now += 11 * 60_000;
    goLive(metrics, after, now);
    metrics.decided(aDecision({ policy: 'kept', rule: 'a' }));
    expect(await names(metrics)).toEqual(['kept/a']);
  });
});

test('counters that alerts read exist before their first event', async () => {
  const metrics = metricsAt(() => noon);
  const keys = { jwksUri: 'https://login.acme.example/keys' };
  const limit = { name: 'per-caller', key: ['source.principal'], rate: '1/s' };
  // They exist before the set is live, so that the swap does not take the time.
  for (const _ of metrics.declare(
    policySet({
      policies: {
        orders: {
          rules: [
            { name: 'all', effect: 'allow' },
            { name: 'no-bots', effect: 'deny', mode: 'shadow' },
          ],
          limits: [limit],
        },
        trial: { mode: 'shadow', rules: [{ name: 'all', effect: 'allow' }], limits: [limit] },
      },
      issuers: { acme: { issuer: 'https://login.acme.example', audiences: ['orders'], keys } },
    }),
  ));
  const text = await metrics.text();
  const failures = Object.entries(REASONS).filter(([, { status }]) => status >= 500);
  expect(samples(text, 'lictor_failures_total')).toEqual(
    failures.map(([reason]) => `lictor_failures_total{reason="${reason}"} 0`),
  );
  expect(failures.map(([reason]) => reason)).toEqual(
    expect.arrayContaining(['policy_error', 'keys_unavailable']),
  );
  expect(samples(text, 'lictor_audit_dropped_total')).toEqual([
    'lictor_audit_dropped_total{sink="stdout"} 0',
  ]);
  expect(samples(text, 'lictor_jwks_refresh_total')).toEqual([
    'lictor_jwks_refresh_total{issuer="acme",result="success"} 0',
    'lictor_jwks_refresh_total{issuer="acme",result="failure"} 0',
  ]);
  expect(samples(text, 'lictor_limit_decisions_total')).toEqual([
    'lictor_limit_decisions_total{policy="orders",limit="per-caller",result="allowed"} 0',
    'lictor_limit_decisions_total{policy="orders",limit="per-caller",result="refused"} 0',
  ]);
  expect(
    samples(text, 'lictor_shadow_decisions_total').map((line) => line.replace(/,decision.*/, '')),
  ).toEqual([
    ...Array<string>(4).fill('lictor_shadow_decisions_total{policy="orders",rule="no-bots"'),
    ...Array<string>(4).fill('lictor_shadow_decisions_total{policy="trial",rule=""'),
  ]);
});

test('a failure is counted by its reason, a rule with a status from 500 is not a failure', async () => {
  const metrics = metricsAt(() => noon);
  metrics.decided(aDecision({ reason: 'policy_error', status: 500 }));
  metrics.decided(aDecision({ reason: 'rule_denied', status: 503 }));
  const counted = samples(await metrics.text(), 'lictor_failures_total').filter(
    (line) => !line.endsWith(' 0'),
  );
  expect(counted).toEqual(['lictor_failures_total{reason="policy_error"} 1']);
});

test('keys that were never fetched get older from the time at which they are wanted', async () => {
  let now = noon;
  const metrics = metricsAt(() => now);
  const keys = { jwksUri: 'https://login.acme.example/keys' };
  const issuer = { issuer: 'https://login.acme.example', audiences: ['orders'], keys };
  const set = policySet({
    issuers: { late: issuer },
    policies: { p: { authenticate: { jwt: { issuers: ['late'] } } } },
  });
  now += 10_000;
  metrics.live(set, now);
  now += 30_000;
  metrics.live(set, now);
  expect(samples(await metrics.text(), 'lictor_jwks_age_seconds')).toContain(
    'lictor_jwks_age_seconds{issuer="late"} 30',
  );
});

test('the last reload is told as gauges', async () => {
  const metrics = metricsAt(() => noon);
  const reload = async () => {
    const text = await metrics.text();
    return ['success', 'timestamp_seconds', 'duration_seconds', 'failed_info'].flatMap((name) =>
      samples(text, `lictor_policy_reload_${name}`),
    );
  };
  expect(await reload()).toEqual([]);
  metrics.reloaded(FAILED);
  expect(await reload()).toEqual([
    'lictor_policy_reload_success 0',
    `lictor_policy_reload_timestamp_seconds ${noon / 1000}`,
    'lictor_policy_reload_duration_seconds 0.12',
    'lictor_policy_reload_failed_info{revision="c2"} 1',
  ]);
  metrics.reloaded({ ...FAILED, result: 'success' });
  expect(await reload()).toEqual([
    'lictor_policy_reload_success 1',
    `lictor_policy_reload_timestamp_seconds ${noon / 1000}`,
    'lictor_policy_reload_duration_seconds 0.12',
  ]);
});

test('decisions are timed by policy, and the hundred and first policy shares a histogram with later ones', async () => {
  const metrics = metricsAt(() => noon);
  for (let i = 0; i < 102; i++) metrics.decided(aDecision({ policy: `p${i}`, duration: 60 }));
  metrics.decided(aDecision({ policy: 'p0', duration: 2000 }));
  const lines = samples(await metrics.text(), 'lictor_policy_decision_duration_seconds');
  expect(lines).toContain('lictor_policy_decision_duration_seconds_bucket{policy="p0",le="0.0001"} 1');
  expect(lines).toContain('lictor_policy_decision_duration_seconds_bucket{policy="p0",le="+Inf"} 2');
  expect(lines).toContain('lictor_policy_decision_duration_seconds_count{policy="p99"} 1');
  expect(lines).toContain('lictor_policy_decision_duration_seconds_count{policy="_other"} 2');
  expect(lines.filter((line) => line.includes('_count{'))).toHaveLength(101);
});

test('the times of a policy that is gone are removed ten minutes after its last decision', async () => {
  let now = noon;
  const metrics = metricsAt(() => now);
  metrics.live(ANY_SET, now);
  for (const policy of ['orders', 'gone', '']) metrics.decided(aDecision({ policy }));
  const counts = async () =>
    samples(await metrics.text(), 'lictor_policy_decision_duration_seconds')
      .filter((line) => line.includes('_count{'))
      .map((line) => /"(.*)"/.exec(line)?.[1]);
  expect(await counts()).toEqual(['orders', 'gone', '']);
  now += 11 * 60_000;
  expect(await counts()).toEqual(['orders', '']);
});

test('saturation and the process', async () => {
  const text = await metricsAt(() => noon).text();
  for (const line of [
    'lictor_audit_queue_ratio{sink="stdout"} 0.25',
    'lictor_max_inflight_checks 1000',
    'lictor_event_loop_seconds_total{state="active"} 1',
    'lictor_event_loop_seconds_total{state="idle"} 3',
    'process_cpu_seconds_total 1.5',
    'process_resident_memory_bytes 1024',
    'process_start_time_seconds 1000',
    'process_open_fds 20',
    'process_max_fds 1024',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { Decision } from '../../engine/decision/decide.ts';
import { REASONS, type Reason } from '../../engine/decision/reasons.ts';
import type { IssuerStatus } from '../../engine/identity/key-ring.ts';
import type { LimitUse } from '../../engine/limit/local-store.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { BoundSeries } from './bound-series.ts';
import { type CurrentNames, currentNames, type NamedParts, openLabels } from './current-names.ts';
import { DURATION_BOUNDS, METRICS, type MetricName } from './metric-table.ts';
import { createSeries, type Series } from './series.ts';

/** Counters and gauges; every method is cheap enough for the hot path. */
export interface Metrics {
  /** A decision that was answered, shadow verdicts included. */
  decided(decision: Decision): void;
  reloaded(attempt: ReloadAttempt): void;
  /**
   * Steps that make the counters of a policy set exist before it is live, and room for them: with thousands of limits
   * they take longer than a swap may.
   */
  declare(set: NamedParts): Generator<undefined, void>;
  /** A policy set went live; `at` in milliseconds since 1970. */
  live(set: NamedParts & Pick<PolicySet, 'revision' | 'revisionText'>, at: number): void;
  jwksRefreshed(issuer: string, result: 'success' | 'failure'): void;
  /** A command to the store of shared limits. */
  limitStoreAsked(result: 'ok' | 'late' | 'failed'): void;
  auditDropped(sink: string, count: number): void;
  /** All metrics in the Prometheus text format. The first call loads the serializer. */
  text(): Promise<string>;
}

/** The last attempt to load the policy folder. */
export interface ReloadAttempt {
  readonly result: 'success' | 'failure';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Revision of the folder, as answers name it; empty if the folder could not be read. */
  readonly revision: string;
}

export interface MetricsOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Number of checks in flight. */
  readonly inflight: () => number;
  /** Time of the last fetch of the keys of each issuer, RFC 3339; null for inline keys and before the first fetch. */
  readonly issuers: () => readonly Pick<IssuerStatus, 'name' | 'source' | 'fetched_at'>[];
  /** Keys in memory of each limit that decides. */
  readonly limits: () => readonly LimitUse[];
  /** Names of the audit sinks. */
  readonly sinks: readonly string[];
  /** State of the store of shared limits; undefined if there is none. */
  readonly sharedLimits?: () => SharedLimits | undefined;
  /** Versions of Lictor and of Node. */
  readonly build: { readonly version: string; readonly node: string };
}

interface SharedLimits {
  readonly state: string;
  readonly replicas: number;
  readonly leased_units: number;
  readonly last_error: { readonly fault: string } | null;
}

function faultLabels(shared: SharedLimits | undefined): readonly string[] | undefined {
  const fault = shared?.state === 'closed' ? undefined : shared?.last_error?.fault;
  return fault === undefined ? undefined : [fault];
}

/** Content type of `text()`. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Reasons that an operator is alerted to: something failed, whatever the caller sent. */
const FAILURES: ReadonlySet<string> = new Set(
  Object.keys(REASONS).filter((reason) => REASONS[reason as Reason].status >= 500),
);

function verdictOf(reason: string): 'allow' | 'deny' {
  return reason === 'allowed' ? 'allow' : 'deny';
}

/** Counts of the limits that have estimated: hardly ever any. */
function estimatesOf(uses: readonly LimitUse[]): Series {
  const name = 'lictor_limit_estimated_total';
  const series = createSeries(openLabels(METRICS[name].labels));
  for (const { id, estimated } of uses) if (estimated > 0) series.add(id.split('/'), estimated);
  return series;
}

/** Counts in plain maps, which are converted to OpenTelemetry metric data when the metrics are read. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { clock, issuers, inflight, limits: limitUses, sinks, sharedLimits, build } = options;
  const started = clock();
  const seriesOf = (name: MetricName): Series => createSeries(openLabels(METRICS[name].labels));
  const counters = {
    lictor_decisions_total: seriesOf('lictor_decisions_total'),
    lictor_failures_total: seriesOf('lictor_failures_total'),
    lictor_policy_reloads_total: seriesOf('lictor_policy_reloads_total'),
    lictor_shadow_decisions_total: seriesOf('lictor_shadow_decisions_total'),
    lictor_jwks_refresh_total: seriesOf('lictor_jwks_refresh_total'),
    lictor_limit_decisions_total: seriesOf('lictor_limit_decisions_total'),
    lictor_limit_without_store_total: seriesOf('lictor_limit_without_store_total'),
    lictor_limit_store_commands_total: seriesOf('lictor_limit_store_commands_total'),
    lictor_audit_dropped_total: seriesOf('lictor_audit_dropped_total'),
  } as const satisfies Partial<Record<MetricName, Series>>;
  const decisions = new BoundSeries(counters.lictor_decisions_total, (reason, policy, rule) => [
    verdictOf(reason),
    reason,
    policy,
    rule,
    'enforce',
  ]);
  const limits = new BoundSeries(counters.lictor_limit_decisions_total, (...names) => names);
  const shadowsThatAgree = new BoundSeries(counters.lictor_shadow_decisions_total, (...names) => [
    ...names,
    'true',
  ]);
  const shadowsThatDiffer = new BoundSeries(counters.lictor_shadow_decisions_total, (...names) => [
    ...names,
    'false',
  ]);
  const durations = { counts: Array.from({ length: DURATION_BOUNDS.length + 1 }, () => 0), sum: 0, count: 0 };
  let policy: { readonly info: readonly string[]; readonly at: number } | undefined;
  let attempt: ReloadAttempt | undefined;
  let names = currentNames(undefined);
  /** Time at which the keys of each issuer were first wanted, milliseconds since 1970. */
  let wanted = new Map<string, number>();
  // A counter that an alert reads exists before its first event: an increase from nothing to 1 is not an increase.
  for (const result of ['success', 'failure']) counters.lictor_policy_reloads_total.declare([result]);
  for (const reason of FAILURES) counters.lictor_failures_total.declare([reason]);
  for (const sink of sinks) counters.lictor_audit_dropped_total.declare([sink]);

  function decided(decision: Decision): void {
    const { reason } = decision;
    decisions.increment(reason, decision.policy, decision.rule);
    if (reason !== 'allowed' && FAILURES.has(reason)) counters.lictor_failures_total.add([reason], 1);
    const seconds = decision.duration / 1e6;
    let at = 0;
    while (at < DURATION_BOUNDS.length && seconds > (DURATION_BOUNDS[at] ?? 0)) at++;
    durations.counts[at] = (durations.counts[at] ?? 0) + 1;
    durations.sum += seconds;
    durations.count++;
    for (const { policy, name, allowed, withoutStore } of decision.limits) {
      const result = allowed ? 'allowed' : 'refused';
      limits.increment(policy, name, result);
      if (withoutStore !== undefined)
        counters.lictor_limit_without_store_total.add([policy, name, result], 1);
    }
    for (const shadow of decision.shadow) {
      const rule = shadow.of === 'rule' ? shadow.rule : '';
      const shadows = shadow.decision === verdictOf(reason) ? shadowsThatAgree : shadowsThatDiffer;
      shadows.increment(shadow.policy, rule, shadow.decision);
    }
  }

  function* declare(set: NamedParts): Generator<undefined, void> {
    const { policies, issuers: used } = set;
    sweep(clock(), currentNames(set));
    for (const { name, firstLimits, lastLimits, mode, shadowRules } of policies) {
      for (const limit of mode === 'shadow' ? [] : [...firstLimits, ...lastLimits]) {
        for (const result of ['allowed', 'refused']) {
          counters.lictor_limit_decisions_total.declare([name, limit.name, result]);
          if (limit.shared !== undefined)
            counters.lictor_limit_without_store_total.declare([name, limit.name, result]);
        }
      }
      const rules = shadowRules.map((shadow) => shadow.rule.name);
      for (const rule of mode === 'shadow' ? ['', ...rules] : rules) {
        for (const decision of ['allow', 'deny']) {
          for (const agrees of ['true', 'false']) {
            counters.lictor_shadow_decisions_total.declare([name, rule, decision, agrees]);
          }
        }
      }
      yield;
    }
    for (const { name, keys } of used.values()) {
      if (keys.kind === 'inline') continue;
      for (const result of ['success', 'failure']) counters.lictor_jwks_refresh_total.declare([name, result]);
    }
  }

  function live(set: Parameters<Metrics['live']>[0], at: number): void {
    const { revision, revisionText, issuers: used } = set;
    policy = { info: [revisionText, revision.digest, revision.source], at };
    names = currentNames(set);
    wanted = new Map([...used.keys()].map((name) => [name, wanted.get(name) ?? at]));
  }

  /** Removes series of names that a policy set no longer has. */
  function sweep(now: number, current: CurrentNames): void {
    for (const [name, series] of Object.entries(counters)) {
      const { labels } = METRICS[name as keyof typeof counters];
      series.sweep(now, (values) => current.has(labels, values));
    }
  }

  async function text(): Promise<string> {
    const { counterData, gaugeData, histogramData } = await import('./metric-data.ts');
    const { exposition } = await import('./exposition.ts');
    const now = clock();
    sweep(now, names);
    const age = (since: number) => Math.max(0, (now - since) / 1000);
    const single = (name: MetricName, value: number | undefined) =>
      gaugeData(name, value === undefined ? [] : [{ values: [], value }], now);
    const info = (name: MetricName, values: readonly string[] | undefined) =>
      gaugeData(name, values === undefined ? [] : [{ values, value: 1 }], now);
    const uses = limitUses();
    const shared = sharedLimits?.();
    const keys = issuers().filter(({ source }) => source !== 'inline');
    const metrics: MetricData[] = [
      ...Object.entries(counters).map(([name, series]) =>
        counterData(name as keyof typeof counters, series, started, now),
      ),
      histogramData('lictor_decision_duration_seconds', DURATION_BOUNDS, durations, started, now),
      info('lictor_policy_info', policy?.info),
      single('lictor_policy_age_seconds', policy && age(policy.at)),
      single('lictor_policy_reload_success', attempt && (attempt.result === 'success' ? 1 : 0)),
      single('lictor_policy_reload_timestamp_seconds', attempt && attempt.at / 1000),
      single('lictor_policy_reload_duration_seconds', attempt && attempt.duration / 1000),
      info(
        'lictor_policy_reload_failed_info',
        attempt?.result === 'failure' ? [attempt.revision] : undefined,
      ),
      gaugeData(
        'lictor_jwks_age_seconds',
        keys.map(({ name, fetched_at: at }) => ({
          values: [name],
          value: age(at === null ? (wanted.get(name) ?? started) : Date.parse(at)),
        })),
        now,
      ),
      single(
        'lictor_limit_keys',
        uses.reduce((sum, { keys: held }) => sum + held, 0),
      ),
      counterData('lictor_limit_estimated_total', estimatesOf(uses), started, now),
      single('lictor_limit_store_up', shared && (shared.state === 'closed' ? 1 : 0)),
      info('lictor_limit_store_fault_info', faultLabels(shared)),
      single('lictor_limit_store_replicas', shared?.replicas),
      single('lictor_limit_leased_units', shared?.leased_units),
      single('lictor_inflight_checks', inflight()),
      info('lictor_build_info', [build.version, build.node]),
    ];
    return exposition(metrics);
  }

  return {
    decided,
    reloaded(last) {
      attempt = last;
      counters.lictor_policy_reloads_total.add([last.result], 1);
    },
    declare,
    live,
    jwksRefreshed: (issuer, result) => counters.lictor_jwks_refresh_total.add([issuer, result], 1),
    limitStoreAsked: (result) => counters.lictor_limit_store_commands_total.add([result], 1),
    auditDropped: (sink, count) => counters.lictor_audit_dropped_total.add([sink], count),
    text,
  };
}

import type { Decision } from '../../engine/decision/decide.ts';
import { REASONS, type Reason } from '../../engine/decision/reasons.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { BoundSeries } from './bound-series.ts';
import { type CurrentNames, currentNames, type NamedParts, openLabels } from './current-names.ts';
import { Durations } from './durations.ts';
import { exemplify } from './exemplar.ts';
import type { Metric } from './metric-data.ts';
import { DURATION_BOUNDS, METRICS, type MetricName, POLICY_DURATION_BOUNDS } from './metric-table.ts';
import type { MetricsOptions } from './metrics-options.ts';
import { PolicyDurations } from './policy-durations.ts';
import type { ReloadAttempt } from './reload-attempt.ts';
import { createSeries, type Series } from './series.ts';

/** Counters and gauges; every method is cheap enough for the hot path. */
export interface Metrics {
  /**
   * A decision that was answered, shadow verdicts included. `traceparent` is the header of its caller, which an exemplar
   * names.
   */
  decided(decision: Decision, traceparent?: string): void;
  reloaded(attempt: ReloadAttempt): void;
  /**
   * Steps that make the counters of a policy set exist before it is live, and room for them: with thousands of limits
   * they take longer than a swap may.
   */
  declare(set: NamedParts): Generator<undefined, void>;
  /** A policy set went live; `at` in milliseconds since 1970. */
  live(set: NamedParts & Pick<PolicySet, 'revision' | 'revisionText'>, at: number): void;
  /** A decision that was to be judged by the candidate. */
  candidateJudged(result: string): void;
  /** A decision that the candidate would change, with its policy and rule. */
  candidateDiverged(kind: string, verdict: { readonly policy: string; readonly rule: string }): void;
  candidateReloaded(result: ReloadAttempt['result']): void;
  /** Another candidate is judged. */
  candidateLive(set: NamedParts & Pick<PolicySet, 'revision' | 'revisionText'>): void;
  jwksRefreshed(issuer: string, result: 'success' | 'failure'): void;
  /** A command to the store of shared limits. */
  limitStoreAsked(result: 'ok' | 'late' | 'failed'): void;
  auditDropped(sink: string, count: number): void;
  /** All metrics in the data model of OpenTelemetry. The first call loads it. */
  collect(): Promise<Metric[]>;
  /** All metrics in a text format. The first call loads its serializer. */
  text(format?: TextFormat): Promise<string>;
  /** A decision is left out of the records by choice. */
  sampledOut(answer: 'allow' | 'deny'): void;
}

/** Text formats of `/metrics`. */
export type TextFormat = keyof typeof CONTENT_TYPES;

/** Content types of `text()`. OpenMetrics has exemplars. */
export const CONTENT_TYPES = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

/** Format for an Accept header: OpenMetrics for those that name it, as Prometheus does. */
export function formatFor(accept: string): TextFormat {
  return accept.includes('application/openmetrics-text') ? 'openMetrics' : 'prometheus';
}

/** Seconds from which a decision is slow, and kept as the exemplar of its bucket. */
const SLOW = 0.001;

/** Reasons that an operator is alerted to: something failed, whatever the caller sent. */
const FAILURES: ReadonlySet<string> = new Set(
  Object.keys(REASONS).filter((reason) => REASONS[reason as Reason].status >= 500),
);

function verdictOf(reason: string): 'allow' | 'deny' {
  return reason === 'allowed' ? 'allow' : 'deny';
}

/** Counts in plain maps, which are converted to OpenTelemetry metric data when the metrics are read. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { clock, sinks, candidateResults = [] } = options;
  const started = clock();
  const seriesOf = (name: MetricName): Series => createSeries(openLabels(METRICS[name].labels));
  const counters = {
    lictor_decisions_total: seriesOf('lictor_decisions_total'),
    lictor_failures_total: seriesOf('lictor_failures_total'),
    lictor_policy_reloads_total: seriesOf('lictor_policy_reloads_total'),
    lictor_shadow_decisions_total: seriesOf('lictor_shadow_decisions_total'),
    lictor_candidate_decisions_total: seriesOf('lictor_candidate_decisions_total'),
    lictor_candidate_divergence_total: seriesOf('lictor_candidate_divergence_total'),
    lictor_jwks_refresh_total: seriesOf('lictor_jwks_refresh_total'),
    lictor_limit_decisions_total: seriesOf('lictor_limit_decisions_total'),
    lictor_limit_without_store_total: seriesOf('lictor_limit_without_store_total'),
    lictor_limit_store_commands_total: seriesOf('lictor_limit_store_commands_total'),
    lictor_audit_dropped_total: seriesOf('lictor_audit_dropped_total'),
    lictor_audit_sampled_out_total: seriesOf('lictor_audit_sampled_out_total'),
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
  const durations = new Durations(DURATION_BOUNDS);
  const policyDurations = new PolicyDurations(POLICY_DURATION_BOUNDS);
  let policy: { readonly info: readonly string[]; readonly at: number } | undefined;
  let attempt: ReloadAttempt | undefined;
  let names = currentNames(undefined);
  let candidate: readonly string[] | undefined;
  let candidateNames = names;
  let candidateAttempt: ReloadAttempt['result'] | undefined;
  /** Time at which the keys of each issuer were first wanted, milliseconds since 1970. */
  let wanted = new Map<string, number>();
  // A counter that an alert reads exists before its first event: an increase from nothing to 1 is not an increase.
  for (const result of ['success', 'failure']) counters.lictor_policy_reloads_total.declare([result]);
  for (const reason of FAILURES) counters.lictor_failures_total.declare([reason]);
  for (const result of candidateResults) counters.lictor_candidate_decisions_total.declare([result]);
  for (const sink of sinks) counters.lictor_audit_dropped_total.declare([sink]);

  function decided(decision: Decision, traceparent = ''): void {
    const { reason } = decision;
    const counted = decisions.increment(reason, decision.policy, decision.rule);
    if (reason !== 'allowed' && counted !== undefined) exemplify(counted, decision, traceparent, 1);
    if (reason !== 'allowed' && FAILURES.has(reason)) counters.lictor_failures_total.add([reason], 1);
    const seconds = decision.duration / 1e6;
    const bucket = durations.observe(seconds);
    if (seconds >= SLOW && bucket !== undefined) exemplify(bucket, decision, traceparent, seconds);
    policyDurations.observe(decision.policy, seconds);
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
      const known = name === 'lictor_candidate_divergence_total' ? candidateNames : current;
      series.sweep(now, (values) => known.has(labels, values));
    }
    policyDurations.sweep(now, (values) => current.has(['policy'], values));
  }

  async function collect(): Promise<Metric[]> {
    const { collect: collected } = await import('./collect.ts');
    const now = clock();
    sweep(now, names);
    const last = { policy, attempt, candidate, candidateAttempt };
    const state = { started, counters, durations, policyDurations, ...last, wanted };
    return collected(state, options, now);
  }

  async function text(format: TextFormat = 'prometheus'): Promise<string> {
    const metrics = await collect();
    if (format === 'openMetrics') return (await import('./open-metrics.ts')).openMetrics(metrics);
    return (await import('./exposition.ts')).exposition(metrics);
  }

  return {
    decided,
    reloaded(last) {
      attempt = last;
      counters.lictor_policy_reloads_total.add([last.result], 1);
    },
    declare,
    live,
    candidateJudged: (result) => counters.lictor_candidate_decisions_total.add([result], 1),
    candidateDiverged: (kind, verdict) =>
      counters.lictor_candidate_divergence_total.add([kind, verdict.policy, verdict.rule], 1),
    candidateReloaded(result) {
      candidateAttempt = result;
    },
    candidateLive(set) {
      candidate = [set.revisionText, set.revision.digest, set.revision.source];
      candidateNames = currentNames(set);
    },
    jwksRefreshed: (issuer, result) => counters.lictor_jwks_refresh_total.add([issuer, result], 1),
    limitStoreAsked: (result) => counters.lictor_limit_store_commands_total.add([result], 1),
    auditDropped: (sink, count) => counters.lictor_audit_dropped_total.add([sink], count),
    collect,
    sampledOut: (answer) => counters.lictor_audit_sampled_out_total.add([answer], 1),
    text,
  };
}

import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { Decision } from '../../engine/decision/decide.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { DURATION_BOUNDS, type MetricName } from './metric-table.ts';
import { createSeries, type Series } from './series.ts';

/** Counters and gauges; every method is cheap enough for the hot path. */
export interface Metrics {
  /** A decision that was answered, shadow verdicts included. */
  decided(decision: Decision): void;
  reloaded(result: 'success' | 'failure'): void;
  /** A policy set went live; `text` is the revision as answers name it, `at` in milliseconds since 1970. */
  live(revision: Revision, text: string, at: number): void;
  jwksRefreshed(issuer: string, result: 'success' | 'failure'): void;
  auditDropped(sink: string, count: number): void;
  /** All metrics in the Prometheus text format. The first call loads the serializer. */
  text(): Promise<string>;
}

export interface MetricsOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Number of checks in flight. */
  readonly inflight: () => number;
  /** Time of the last fetch of the keys of each issuer, RFC 3339; null for inline keys and before the first fetch. */
  readonly issuers: () => readonly { readonly name: string; readonly fetched_at: string | null }[];
}

/** Content type of `text()`. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Counts in plain maps, which are converted to OpenTelemetry metric data when the metrics are read. */
export function createMetrics({ clock, issuers, inflight }: MetricsOptions): Metrics {
  const started = clock();
  const counters = {
    lictor_decisions_total: createSeries(),
    lictor_policy_reloads_total: createSeries(),
    lictor_shadow_decisions_total: createSeries(),
    lictor_jwks_refresh_total: createSeries(),
    lictor_limit_decisions_total: createSeries(),
    lictor_audit_dropped_total: createSeries(),
  } as const satisfies Partial<Record<MetricName, Series>>;
  const durations = { counts: Array.from({ length: DURATION_BOUNDS.length + 1 }, () => 0), sum: 0, count: 0 };
  let policy: { readonly info: readonly string[]; readonly at: number } | undefined;
  counters.lictor_policy_reloads_total.add(['success'], 0);
  counters.lictor_policy_reloads_total.add(['failure'], 0);

  function decided(decision: Decision): void {
    const verdict = decision.reason === 'allowed' ? 'allow' : 'deny';
    counters.lictor_decisions_total.add(
      [verdict, decision.reason, decision.policy, decision.rule, 'enforce'],
      1,
    );
    const seconds = decision.duration / 1e6;
    const bucket = DURATION_BOUNDS.findIndex((bound) => seconds <= bound);
    const at = bucket === -1 ? DURATION_BOUNDS.length : bucket;
    durations.counts[at] = (durations.counts[at] ?? 0) + 1;
    durations.sum += seconds;
    durations.count++;
    for (const limit of decision.limits) {
      counters.lictor_limit_decisions_total.add(
        [limit.policy, limit.name, limit.allowed ? 'allowed' : 'refused'],
        1,
      );
    }
    for (const shadow of decision.shadow) {
      const agrees = String(shadow.decision === verdict);
      counters.lictor_shadow_decisions_total.add([shadow.policy, shadow.decision, agrees], 1);
    }
  }

  async function text(): Promise<string> {
    const { counterData, gaugeData, histogramData } = await import('./metric-data.ts');
    const { exposition } = await import('./exposition.ts');
    const now = clock();
    const age = (since: number) => Math.max(0, (now - since) / 1000);
    const metrics: MetricData[] = [
      ...Object.entries(counters).map(([name, series]) =>
        counterData(name as keyof typeof counters, series, started, now),
      ),
      histogramData('lictor_decision_duration_seconds', DURATION_BOUNDS, durations, started, now),
      gaugeData('lictor_policy_info', policy === undefined ? [] : [{ values: policy.info, value: 1 }], now),
      gaugeData(
        'lictor_policy_age_seconds',
        policy === undefined ? [] : [{ values: [], value: age(policy.at) }],
        now,
      ),
      gaugeData(
        'lictor_jwks_age_seconds',
        issuers().flatMap(({ name, fetched_at: at }) =>
          at === null ? [] : [{ values: [name], value: age(Date.parse(at)) }],
        ),
        now,
      ),
      gaugeData('lictor_inflight_checks', [{ values: [], value: inflight() }], now),
    ];
    return exposition(metrics);
  }

  return {
    decided,
    reloaded: (result) => counters.lictor_policy_reloads_total.add([result], 1),
    live: (revision, text, at) => {
      policy = { info: [text, revision.digest, revision.source], at };
    },
    jwksRefreshed: (issuer, result) => counters.lictor_jwks_refresh_total.add([issuer, result], 1),
    auditDropped: (sink, count) => counters.lictor_audit_dropped_total.add([sink], count),
    text,
  };
}

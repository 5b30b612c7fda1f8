interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly doc: string;
}

/** Every metric: the one table behind what is counted, the reference page and the tests. */
export const METRICS = {
  lictor_decisions_total: {
    type: 'counter',
    labels: ['decision', 'reason', 'policy', 'rule', 'mode'],
    doc: 'decisions answered',
  },
  lictor_decision_duration_seconds: {
    type: 'histogram',
    labels: [],
    doc: 'time from a decoded check to its decision',
  },
  lictor_policy_info: {
    type: 'gauge',
    labels: ['revision', 'digest', 'source'],
    doc: '1 for the revision that decides now',
  },
  lictor_policy_reloads_total: {
    type: 'counter',
    labels: ['result'],
    doc: 'attempts to load the policy folder, `success` or `failure`',
  },
  lictor_policy_age_seconds: {
    type: 'gauge',
    labels: [],
    doc: 'time since the live policy set was loaded',
  },
  lictor_shadow_decisions_total: {
    type: 'counter',
    labels: ['policy', 'decision', 'agrees'],
    doc: 'what shadow policies would have said, and whether the decision was the same',
  },
  lictor_jwks_refresh_total: {
    type: 'counter',
    labels: ['issuer', 'result'],
    doc: 'fetches of issuer keys, `success` or `failure`',
  },
  lictor_jwks_age_seconds: {
    type: 'gauge',
    labels: ['issuer'],
    doc: 'time since the keys of an issuer were fetched',
  },
  lictor_limit_decisions_total: {
    type: 'counter',
    labels: ['policy', 'limit', 'result'],
    doc: 'limits that were asked, `allowed` or `refused`',
  },
  lictor_audit_dropped_total: {
    type: 'counter',
    labels: ['sink'],
    doc: 'decision records that a sink lost',
  },
  lictor_inflight_checks: { type: 'gauge', labels: [], doc: 'checks under way' },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

/** Upper bounds of `lictor_decision_duration_seconds`, seconds. */
export const DURATION_BOUNDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1,
] as const;

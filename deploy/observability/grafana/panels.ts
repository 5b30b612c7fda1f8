import type { Panel } from './dashboard.ts';

/** Matchers of the sidecars that a dashboard shows, such as `job=~"$job"`. */
type Sidecars = string;

const graph = (title: string, doc: string, unit: string, ...queries: Panel['queries']): Panel => ({
  kind: 'timeseries',
  title,
  doc,
  unit,
  queries,
});

/** Decisions and their causes. */
export function decisionPanels(sidecars: Sidecars): readonly Panel[] {
  return [
    graph('Decisions', 'Requests that were allowed and refused.', 'reqps', {
      expr: `sum by (decision) (rate(lictor_decisions_total{${sidecars}}[$__rate_interval]))`,
      legend: '{{decision}}',
    }),
    graph('Refusals by cause', 'Each exemplar names a refused decision and its trace.', 'reqps', {
      expr: `sum by (reason) (rate(lictor_decisions_total{${sidecars},decision="deny"}[$__rate_interval]))`,
      legend: '{{reason}}',
    }),
    graph('Refusals by policy and rule', 'The ten that refuse most.', 'reqps', {
      expr: `topk(10, sum by (policy, rule) (rate(lictor_decisions_total{${sidecars},decision="deny"}[$__rate_interval])))`,
      legend: '{{policy}} {{rule}}',
    }),
    graph(
      'Failures',
      'Requests that were refused because something failed, whatever their callers sent.',
      'reqps',
      {
        expr: `sum by (reason) (rate(lictor_failures_total{${sidecars}}[$__rate_interval]))`,
        legend: '{{reason}}',
      },
    ),
  ];
}

/** Verdicts that decide nothing: those of shadow policies and of the candidate. */
export function shadowPanels(sidecars: Sidecars): readonly Panel[] {
  return [
    graph(
      'Shadow policies and rules that disagree',
      'Decisions that would change if they decided.',
      'reqps',
      {
        expr: `sum by (policy, rule, decision) (rate(lictor_shadow_decisions_total{${sidecars},agrees="false"}[$__rate_interval]))`,
        legend: '{{policy}} {{rule}}: {{decision}}',
      },
    ),
    graph(
      'Divergence of the candidate',
      'Decisions that the candidate would change, by its policy and rule.',
      'reqps',
      {
        expr: `sum by (kind, policy, rule) (rate(lictor_candidate_divergence_total{${sidecars}}[$__rate_interval]))`,
        legend: '{{kind}}: {{policy}} {{rule}}',
      },
    ),
    graph('Decisions of the candidate', 'By result; what it lacked time for is `dropped`.', 'reqps', {
      expr: `sum by (result) (rate(lictor_candidate_decisions_total{${sidecars}}[$__rate_interval]))`,
      legend: '{{result}}',
    }),
    {
      kind: 'table',
      title: 'Candidates',
      doc: 'Each sidecar with the revision of its candidate, and if its last load was valid.',
      unit: 'none',
      queries: [
        { expr: `lictor_candidate_info{${sidecars}}`, legend: '' },
        { expr: `lictor_candidate_reload_success{${sidecars}}`, legend: '' },
      ],
    },
  ];
}

export function latencyPanels(sidecars: Sidecars): readonly Panel[] {
  const quantile = (q: number, by: string, metric: string) =>
    `histogram_quantile(${q}, sum by (${by}) (rate(${metric}_bucket{${sidecars}}[$__rate_interval])))`;
  return [
    graph(
      'Time of a decision',
      'From a decoded check to its decision. Exemplars name decisions of a millisecond and more.',
      's',
      ...[0.5, 0.99, 0.999].map((q) => ({
        expr: quantile(q, 'le', 'lictor_decision_duration_seconds'),
        legend: `p${q * 100}`,
      })),
    ),
    graph('Time of a decision by policy', 'The 99th percentile of the policy that decided.', 's', {
      expr: quantile(0.99, 'le, policy', 'lictor_policy_decision_duration_seconds'),
      legend: '{{policy}}',
    }),
    graph('Delay of the event loop', 'A check that arrives waits as long.', 's', {
      expr: quantile(0.99, 'le', 'lictor_event_loop_delay_seconds'),
      legend: 'p99',
    }),
  ];
}

export function limitPanels(sidecars: Sidecars): readonly Panel[] {
  return [
    graph('Refusals by limit', 'Requests that a limit refused.', 'reqps', {
      expr: `sum by (policy, limit) (rate(lictor_limit_decisions_total{${sidecars},result="refused"}[$__rate_interval]))`,
      legend: '{{policy}} {{limit}}',
    }),
    graph('Limits without Redis', 'Shared limits that were applied while Redis did not answer.', 'reqps', {
      expr: `sum by (policy, limit) (rate(lictor_limit_without_store_total{${sidecars}}[$__rate_interval]))`,
      legend: '{{policy}} {{limit}}',
    }),
    graph('Commands to Redis', 'By result.', 'ops', {
      expr: `sum by (result) (rate(lictor_limit_store_commands_total{${sidecars}}[$__rate_interval]))`,
      legend: '{{result}}',
    }),
    graph(
      'Keys of limits',
      'Counted exactly, and requests that were counted by estimate.',
      'short',
      {
        expr: `sum(lictor_limit_keys{${sidecars}})`,
        legend: 'keys',
      },
      {
        expr: `sum by (policy, limit) (rate(lictor_limit_estimated_total{${sidecars}}[$__rate_interval]))`,
        legend: 'estimated: {{policy}} {{limit}}',
      },
    ),
  ];
}

export function keyPanels(sidecars: Sidecars): readonly Panel[] {
  return [
    graph('Age of keys', 'Of the issuer, in the sidecar that has the oldest ones.', 's', {
      expr: `max by (issuer) (lictor_jwks_age_seconds{${sidecars}})`,
      legend: '{{issuer}}',
    }),
    graph('Fetches of keys that failed', 'By issuer.', 'ops', {
      expr: `sum by (issuer) (rate(lictor_jwks_refresh_total{${sidecars},result="failure"}[$__rate_interval]))`,
      legend: '{{issuer}}',
    }),
  ];
}

/** What a sidecar has left. */
export function saturationPanels(sidecars: Sidecars): readonly Panel[] {
  return [
    graph(
      'Time in use',
      'Part of the time in which the event loop was active, of the busiest sidecar.',
      'percentunit',
      {
        expr: `max(rate(lictor_event_loop_seconds_total{${sidecars},state="active"}[$__rate_interval]))`,
        legend: 'event loop',
      },
    ),
    graph('Checks in flight', 'Part of those that may be, in the sidecar that has most.', 'percentunit', {
      expr: `max(lictor_inflight_checks{${sidecars}} / lictor_max_inflight_checks{${sidecars}})`,
      legend: 'in flight',
    }),
    graph(
      'Queues of records',
      'Part that is taken, and records that were lost.',
      'percentunit',
      {
        expr: `max by (sink) (lictor_audit_queue_ratio{${sidecars}})`,
        legend: '{{sink}}',
      },
      {
        expr: `sum by (sink) (increase(lictor_audit_dropped_total{${sidecars}}[$__rate_interval]))`,
        legend: 'lost: {{sink}}',
      },
    ),
    graph(
      'Decisions without a record',
      'Left out by choice, by sampling of policies or of the process.',
      'reqps',
      {
        expr: `sum by (decision) (rate(lictor_audit_sampled_out_total{${sidecars}}[$__rate_interval]))`,
        legend: '{{decision}}',
      },
    ),
  ];
}

export function processPanels(sidecars: Sidecars): readonly Panel[] {
  return [
    graph('CPU', 'Of the processes that serve.', 'short', {
      expr: `sum by (instance) (rate(process_cpu_seconds_total{${sidecars}}[$__rate_interval]))`,
      legend: '{{instance}}',
    }),
    graph('Memory', 'In RAM, without the processes that load policies.', 'bytes', {
      expr: `max by (instance) (process_resident_memory_bytes{${sidecars}})`,
      legend: '{{instance}}',
    }),
    graph('Open files', 'Part of those that may be open.', 'percentunit', {
      expr: `max by (instance) (process_open_fds{${sidecars}} / process_max_fds{${sidecars}})`,
      legend: '{{instance}}',
    }),
  ];
}

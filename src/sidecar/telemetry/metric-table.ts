interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly doc: string;
  /** Name and unit by the semantic conventions of OpenTelemetry, for OTLP. Default: the name of the row, without unit. */
  readonly otlp?: { readonly name: string; readonly unit: string };
}

/** Every metric. The names in the code and the reference page are derived from this table. */
export const METRICS = {
  lictor_decisions_total: {
    type: 'counter',
    labels: ['decision', 'reason', 'policy', 'rule', 'mode'],
    doc: 'decisions answered',
  },
  lictor_failures_total: {
    type: 'counter',
    labels: ['reason'],
    doc: 'decisions that were denied because something failed: the reasons with a status from 500',
  },
  lictor_decision_duration_seconds: {
    type: 'histogram',
    labels: [],
    doc: 'time from a decoded check to its decision',
  },
  lictor_policy_decision_duration_seconds: {
    type: 'histogram',
    labels: ['policy'],
    doc: 'the same time by the policy that decided, empty if none did; of at most 100 policies, later ones are `_other`',
  },
  lictor_policy_info: {
    type: 'gauge',
    labels: ['revision', 'digest', 'source'],
    doc: '1 for the revision that is live',
  },
  lictor_policy_reloads_total: {
    type: 'counter',
    labels: ['result'],
    doc: 'attempts to load the policy folder, `success` or `failure`',
  },
  lictor_policy_reload_success: {
    type: 'gauge',
    labels: [],
    doc: '1 if the last attempt to load the policy folder succeeded, else 0',
  },
  lictor_policy_reload_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    doc: 'time of that attempt, seconds since 1970',
  },
  lictor_policy_reload_duration_seconds: {
    type: 'gauge',
    labels: [],
    doc: 'duration of that attempt',
  },
  lictor_policy_reload_failed_info: {
    type: 'gauge',
    labels: ['revision'],
    doc: '1 for the revision that the last attempt rejected; absent after a success',
  },
  lictor_policy_age_seconds: {
    type: 'gauge',
    labels: [],
    doc: 'time since the live policy set was loaded',
  },
  lictor_shadow_decisions_total: {
    type: 'counter',
    labels: ['policy', 'rule', 'decision', 'agrees'],
    doc: 'decisions that shadow policies (`rule` is empty) and shadow rules would have made, and if they agree with the decision',
  },
  lictor_candidate_decisions_total: {
    type: 'counter',
    labels: ['result'],
    doc: 'decisions that were to be judged by the candidate: `agrees`, `newly_allowed`, `newly_denied`, `other_reason`, `failed`, or `dropped` for want of time; absent without `--candidate`',
  },
  lictor_candidate_divergence_total: {
    type: 'counter',
    labels: ['kind', 'policy', 'rule'],
    doc: 'decisions that the candidate would change, by kind (`newly_allowed`, `newly_denied`, `other_reason`) and by the policy and rule of the candidate',
  },
  lictor_candidate_info: {
    type: 'gauge',
    labels: ['revision', 'digest', 'source'],
    doc: '1 for the revision of the candidate',
  },
  lictor_candidate_reload_success: {
    type: 'gauge',
    labels: [],
    doc: '1 if the last attempt to load the candidate succeeded, else 0',
  },
  lictor_jwks_refresh_total: {
    type: 'counter',
    labels: ['issuer', 'result'],
    doc: 'fetches of issuer keys, `success` or `failure`',
  },
  lictor_jwks_age_seconds: {
    type: 'gauge',
    labels: ['issuer'],
    doc: 'time since the keys of an issuer were fetched, or since they are wanted if they never were',
  },
  lictor_limit_decisions_total: {
    type: 'counter',
    labels: ['policy', 'limit', 'result'],
    doc: 'limits that were applied, `allowed` or `refused`',
  },
  lictor_limit_keys: {
    type: 'gauge',
    labels: [],
    doc: 'keys of limits that are in memory and counted exactly',
  },
  lictor_limit_estimated_total: {
    type: 'counter',
    labels: ['policy', 'limit'],
    doc: 'requests that a limit counted by estimate because all room for keys was taken; an estimate may deny early',
  },
  lictor_limit_without_store_total: {
    type: 'counter',
    labels: ['policy', 'limit', 'result'],
    doc: 'shared limits that were applied while Redis did not answer, `allowed` or `refused`',
  },
  lictor_limit_store_commands_total: {
    type: 'counter',
    labels: ['result'],
    doc: 'commands to Redis: `ok`, `late` (no answer within `--redis-timeout`) or `failed`',
  },
  lictor_limit_store_up: {
    type: 'gauge',
    labels: [],
    doc: '1 if shared limits are counted in Redis, 0 while they are not, absent without `--redis`',
  },
  lictor_limit_store_fault_info: {
    type: 'gauge',
    labels: ['fault'],
    doc: '1 for the last fault, by its name in `/v1/status`, while shared limits are not counted in Redis; else absent',
  },
  lictor_limit_store_replicas: {
    type: 'gauge',
    labels: [],
    doc: 'processes that share limits, by the last answer of Redis; absent without `--redis`',
  },
  lictor_limit_leased_units: {
    type: 'gauge',
    labels: [],
    doc: 'units of limits with `mode: leased` that this process holds; absent without `--redis`',
  },
  lictor_audit_sampled_out_total: {
    type: 'counter',
    labels: ['decision'],
    doc: 'decisions that were not recorded by choice: `record` of a policy, `--audit-allow` or `--audit-deny`',
  },
  lictor_audit_dropped_total: {
    type: 'counter',
    labels: ['sink'],
    doc: 'decision records that were lost, by sink',
  },
  lictor_audit_queue_ratio: {
    type: 'gauge',
    labels: ['sink'],
    doc: 'part of the queue of a sink that is taken, by records or bytes, from 0 to 1; at 1, records are lost',
  },
  lictor_inflight_checks: { type: 'gauge', labels: [], doc: 'checks in flight' },
  lictor_max_inflight_checks: {
    type: 'gauge',
    labels: [],
    doc: 'checks that may be in flight, `--max-inflight`; more are denied',
  },
  lictor_event_loop_delay_seconds: {
    type: 'histogram',
    labels: [],
    doc: 'time by which a timer of the event loop was late, measured 10 times a second; a check that arrives then waits as long',
  },
  lictor_event_loop_seconds_total: {
    type: 'counter',
    labels: ['state'],
    doc: 'time of the event loop, `active` or `idle`; a rate of `active` near 1 is a process that has no time left',
  },
  lictor_build_info: {
    type: 'gauge',
    labels: ['version', 'node'],
    doc: '1 for the version of Lictor and of Node',
  },
  process_cpu_seconds_total: {
    type: 'counter',
    labels: [],
    doc: 'CPU time of the process that serves, in user and kernel',
    otlp: { name: 'process.cpu.time', unit: 's' },
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    labels: [],
    doc: 'memory of that process that is in RAM',
    otlp: { name: 'process.memory.usage', unit: 'By' },
  },
  process_start_time_seconds: {
    type: 'gauge',
    labels: [],
    doc: 'time at which that process was started, seconds since 1970',
  },
  process_open_fds: {
    type: 'gauge',
    labels: [],
    doc: 'file descriptors that are open; absent where the system does not tell',
    otlp: { name: 'process.unix.file_descriptor.count', unit: '{file_descriptor}' },
  },
  process_max_fds: {
    type: 'gauge',
    labels: [],
    doc: 'file descriptors that may be open; absent where the system does not tell',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

/** Upper bounds of `lictor_decision_duration_seconds`, seconds. */
export const DURATION_BOUNDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1,
] as const;

/** Upper bounds of `lictor_policy_decision_duration_seconds`, seconds: few, since each policy has all of them. */
export const POLICY_DURATION_BOUNDS = [0.00005, 0.0001, 0.00025, 0.001, 0.005, 0.025, 0.1, 1] as const;

/** Upper bounds of `lictor_event_loop_delay_seconds`, seconds. */
export const LOOP_DELAY_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] as const;

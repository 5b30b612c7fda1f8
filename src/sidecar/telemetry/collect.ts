import type { LimitUse } from '../../engine/limit/local-store.ts';
import { openLabels } from './current-names.ts';
import type { Durations } from './durations.ts';
import { counterData, gaugeData, histogramData, type Metric } from './metric-data.ts';
import { METRICS, type MetricName } from './metric-table.ts';
import type { MetricsOptions } from './metrics-options.ts';
import type { PolicyDurations } from './policy-durations.ts';
import type { ReloadAttempt } from './reload-attempt.ts';
import { createSeries, type Series } from './series.ts';

/** What is counted from decision to decision, and the last events. Times in milliseconds since 1970. */
export interface MetricState {
  readonly started: number;
  readonly counters: Readonly<Partial<Record<MetricName, Series>>>;
  readonly durations: Durations;
  readonly policyDurations: PolicyDurations;
  /** Labels of the live revision, and the time at which it went live. */
  readonly policy: { readonly info: readonly string[]; readonly at: number } | undefined;
  readonly attempt: ReloadAttempt | undefined;
  /** Labels of the revision of the candidate, and the result of the last attempt to load it. */
  readonly candidate: readonly string[] | undefined;
  readonly candidateAttempt: ReloadAttempt['result'] | undefined;
  /** Time at which the keys of each issuer were first wanted. */
  readonly wanted: ReadonlyMap<string, number>;
}

interface Collection {
  readonly state: MetricState;
  readonly options: MetricsOptions;
  readonly now: number;
}

/** All metrics in the data model of OpenTelemetry, in the order of their events. */
export function collect(state: MetricState, options: MetricsOptions, now: number): Metric[] {
  const collection = { state, options, now };
  return [
    ...counted(collection),
    ...policyGauges(collection),
    ...candidateGauges(collection),
    keyAges(collection),
    ...limitValues(collection),
    ...saturation(collection),
    ...processValues(collection),
  ];
}

function counted({ state: { counters, durations, policyDurations, started }, now }: Collection) {
  return [
    ...Object.entries(counters).map(([name, series]) =>
      counterData(name as MetricName, series.entries(), started, now),
    ),
    histogramData('lictor_decision_duration_seconds', [{ values: [], durations }], started, now),
    histogramData('lictor_policy_decision_duration_seconds', policyDurations.entries(), started, now),
  ];
}

function policyGauges({ state: { policy, attempt }, now }: Collection) {
  const rejected = attempt?.result === 'failure' ? [attempt.revision] : undefined;
  return [
    info('lictor_policy_info', policy?.info, now),
    single('lictor_policy_age_seconds', policy && secondsSince(policy.at, now), now),
    single('lictor_policy_reload_success', attempt && (attempt.result === 'success' ? 1 : 0), now),
    single('lictor_policy_reload_timestamp_seconds', attempt && attempt.at / 1000, now),
    single('lictor_policy_reload_duration_seconds', attempt && attempt.duration / 1000, now),
    info('lictor_policy_reload_failed_info', rejected, now),
  ];
}

function candidateGauges({ state: { candidate, candidateAttempt: last }, now }: Collection) {
  return [
    info('lictor_candidate_info', candidate, now),
    single('lictor_candidate_reload_success', last && (last === 'success' ? 1 : 0), now),
  ];
}

function keyAges({ state: { wanted, started }, options: { issuers }, now }: Collection) {
  const fetched = issuers().filter(({ source }) => source !== 'inline');
  const points = fetched.map(({ name, fetched_at: at }) => ({
    values: [name],
    value: secondsSince(at === null ? (wanted.get(name) ?? started) : Date.parse(at), now),
  }));
  return gaugeData('lictor_jwks_age_seconds', points, now);
}

function limitValues({ state: { started }, options: { limits, sharedLimits }, now }: Collection) {
  const uses = limits();
  const shared = sharedLimits?.();
  const fault = shared?.state === 'closed' ? undefined : shared?.last_error?.fault;
  const keys = uses.reduce((sum, { keys: held }) => sum + held, 0);
  return [
    single('lictor_limit_keys', keys, now),
    counterData('lictor_limit_estimated_total', estimatesOf(uses).entries(), started, now),
    single('lictor_limit_store_up', shared && (shared.state === 'closed' ? 1 : 0), now),
    info('lictor_limit_store_fault_info', fault === undefined ? undefined : [fault], now),
    single('lictor_limit_store_replicas', shared?.replicas, now),
    single('lictor_limit_leased_units', shared?.leased_units, now),
  ];
}

/** Counts of the limits that have estimated: hardly ever any. */
function estimatesOf(uses: readonly LimitUse[]): Series {
  const series = createSeries(openLabels(METRICS.lictor_limit_estimated_total.labels));
  for (const { id, estimated } of uses) if (estimated > 0) series.add(id.split('/'), estimated);
  return series;
}

function saturation({ state: { started }, options, now }: Collection) {
  const queues = options.queues().map(({ name, taken }) => ({ values: [name], value: taken }));
  const delays = [{ values: [], durations: options.loopDelays }];
  return [
    gaugeData('lictor_audit_queue_ratio', queues, now),
    single('lictor_inflight_checks', options.inflight(), now),
    single('lictor_max_inflight_checks', options.maxInflight, now),
    histogramData('lictor_event_loop_delay_seconds', delays, started, now),
  ];
}

function processValues({ state: { started }, options: { build, process }, now }: Collection) {
  const { cpu, residentMemory, startTime, loop, openFiles, maxFiles } = process();
  const states = Object.entries(loop).map(([state, seconds]) => ({ values: [state], count: seconds }));
  return [
    counterData('lictor_event_loop_seconds_total', states, started, now),
    info('lictor_build_info', [build.version, build.node], now),
    counterData('process_cpu_seconds_total', [{ values: [], count: cpu }], started, now),
    single('process_resident_memory_bytes', residentMemory, now),
    single('process_start_time_seconds', startTime, now),
    single('process_open_fds', openFiles, now),
    single('process_max_fds', maxFiles, now),
  ];
}

/** A gauge without labels; without samples if `value` is undefined. */
function single(name: MetricName, value: number | undefined, now: number): Metric {
  return gaugeData(name, value === undefined ? [] : [{ values: [], value }], now);
}

/** A gauge that is 1 with these labels; without samples if they are undefined. */
function info(name: MetricName, values: readonly string[] | undefined, now: number): Metric {
  return gaugeData(name, values === undefined ? [] : [{ values, value: 1 }], now);
}

function secondsSince(time: number, now: number): number {
  return Math.max(0, (now - time) / 1000);
}

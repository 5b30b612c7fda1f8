import type { Dashboard, Panel } from './dashboard.ts';
import {
  decisionPanels,
  keyPanels,
  latencyPanels,
  limitPanels,
  processPanels,
  saturationPanels,
  shadowPanels,
} from './panels.ts';

const SIDECAR = 'job=~"$job",instance="$instance"';

const POLICIES: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Version',
    doc: 'The revision of the policies that decide, and the versions of Lictor and Node.',
    unit: 'none',
    queries: [
      { expr: `lictor_policy_info{${SIDECAR}}`, legend: '' },
      { expr: `lictor_build_info{${SIDECAR}}`, legend: '' },
    ],
  },
  {
    kind: 'timeseries',
    title: 'Age of the policies',
    doc: 'Time since the live policies were loaded, and since the process was started.',
    unit: 's',
    queries: [
      { expr: `lictor_policy_age_seconds{${SIDECAR}}`, legend: 'policies' },
      { expr: `time() - process_start_time_seconds{${SIDECAR}}`, legend: 'process' },
    ],
  },
  {
    kind: 'timeseries',
    title: 'Loads of the folder',
    doc: 'Loads within an interval by result, and how long the last one took.',
    unit: 'short',
    queries: [
      {
        expr: `sum by (result) (increase(lictor_policy_reloads_total{${SIDECAR}}[$__rate_interval]))`,
        legend: '{{result}}',
      },
      { expr: `lictor_policy_reload_duration_seconds{${SIDECAR}}`, legend: 'seconds of the last one' },
    ],
  },
];

const REDIS: readonly Panel[] = [
  {
    kind: 'timeseries',
    title: 'Redis',
    doc: '1 while shared limits are counted there, and the fault while they are not.',
    unit: 'none',
    queries: [
      { expr: `lictor_limit_store_up{${SIDECAR}}`, legend: 'counted in Redis' },
      { expr: `lictor_limit_store_fault_info{${SIDECAR}}`, legend: 'fault: {{fault}}' },
    ],
  },
  {
    kind: 'timeseries',
    title: 'Sharing',
    doc: 'Processes that share limits, and units that this one holds.',
    unit: 'none',
    queries: [
      { expr: `lictor_limit_store_replicas{${SIDECAR}}`, legend: 'processes' },
      { expr: `lictor_limit_leased_units{${SIDECAR}}`, legend: 'leased units' },
    ],
  },
];

/** One sidecar. */
export const SIDECAR_DASHBOARD: Dashboard = {
  uid: 'lictor-sidecar',
  title: 'Lictor: one sidecar',
  doc: 'One sidecar: its policies, decisions, latency, limits, keys, saturation and process.',
  variables: [
    { name: 'job', query: 'label_values(lictor_build_info, job)', many: true },
    { name: 'instance', query: 'label_values(lictor_build_info{job=~"$job"}, instance)', many: false },
  ],
  rows: [
    { title: 'Policies', panels: POLICIES },
    { title: 'Decisions', panels: decisionPanels(SIDECAR) },
    { title: 'Shadow and candidate', panels: shadowPanels(SIDECAR) },
    { title: 'Latency', panels: latencyPanels(SIDECAR) },
    { title: 'Limits', panels: limitPanels(SIDECAR) },
    { title: 'Redis', panels: REDIS },
    { title: 'Keys', panels: keyPanels(SIDECAR) },
    { title: 'Saturation', panels: saturationPanels(SIDECAR) },
    { title: 'Process', panels: processPanels(SIDECAR) },
  ],
};

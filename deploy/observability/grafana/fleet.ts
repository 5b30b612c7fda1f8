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

const SIDECARS = 'job=~"$job"';

const VERSIONS: readonly Panel[] = [
  {
    kind: 'stat',
    title: 'Sidecars',
    doc: 'All that answer Prometheus, those whose last folder was rejected, and those without policies.',
    unit: 'none',
    queries: [
      { expr: `count(lictor_build_info{${SIDECARS}})`, legend: 'sidecars' },
      {
        expr: `count(lictor_policy_reload_success{${SIDECARS}} == 0) or vector(0)`,
        legend: 'folder rejected',
      },
      {
        expr: `count(lictor_build_info{${SIDECARS}} unless on (job, instance) lictor_policy_info{${SIDECARS}}) or vector(0)`,
        legend: 'without policies',
      },
    ],
  },
  {
    kind: 'timeseries',
    title: 'Sidecars by commit',
    doc: 'One line after a rollout, two while it lasts.',
    unit: 'none',
    queries: [{ expr: `count by (revision) (lictor_policy_info{${SIDECARS}})`, legend: '{{revision}}' }],
  },
  {
    kind: 'table',
    title: 'Who runs which commit',
    doc: 'Each sidecar with the commit that decides there, and its source.',
    unit: 'none',
    queries: [{ expr: `lictor_policy_info{${SIDECARS}}`, legend: '' }],
  },
  {
    kind: 'table',
    title: 'Commits that were rejected',
    doc: 'Each sidecar whose last folder did not compile, with its commit.',
    unit: 'none',
    queries: [{ expr: `lictor_policy_reload_failed_info{${SIDECARS}}`, legend: '' }],
  },
];

/** All sidecars of a job. */
export const FLEET: Dashboard = {
  uid: 'lictor-fleet',
  title: 'Lictor: fleet',
  doc: 'All sidecars: who runs which commit, what is refused and why, limits, keys, latency, saturation.',
  variables: [{ name: 'job', query: 'label_values(lictor_build_info, job)', many: true }],
  rows: [
    { title: 'Policies', panels: VERSIONS },
    { title: 'Decisions', panels: decisionPanels(SIDECARS) },
    { title: 'Shadow and candidate', panels: shadowPanels(SIDECARS) },
    { title: 'Latency', panels: latencyPanels(SIDECARS) },
    { title: 'Limits', panels: limitPanels(SIDECARS) },
    { title: 'Keys', panels: keyPanels(SIDECARS) },
    { title: 'Saturation', panels: saturationPanels(SIDECARS) },
    { title: 'Processes', panels: processPanels(SIDECARS) },
  ],
};

import type { KubernetesObject } from './kubectl.ts';

/** Requirements of a restricted namespace for a container. */
const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** Specification of a pod with an Envoy, which a restricted namespace admits. No kubelet runs it. */
export const POD_SPEC: KubernetesObject = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    { name: 'orders', image: 'registry.acme.example/orders:1', securityContext: RESTRICTED },
    { name: 'envoy', image: 'registry.acme.example/envoy:1', securityContext: RESTRICTED },
  ],
};

/** Labels and annotations of a pod. */
export interface PodMarks {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface PodOptions extends PodMarks {
  readonly namespace: string;
  readonly spec?: KubernetesObject;
}

export function podOf(name: string, { namespace, labels, annotations, spec }: PodOptions): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: { ...POD_SPEC, ...spec },
  };
}

/** Workloads of each kind whose controller makes pods, each with the label `app: KIND` in its pods. */
export const WORKLOADS: Readonly<Record<string, (namespace: string) => KubernetesObject>> = {
  Deployment: (namespace) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'orders', namespace },
    spec: { selector: { matchLabels: { app: 'Deployment' } }, template: templateOf('Deployment') },
  }),
  StatefulSet: (namespace) => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'orders', namespace },
    spec: {
      serviceName: 'orders',
      selector: { matchLabels: { app: 'StatefulSet' } },
      template: templateOf('StatefulSet'),
    },
  }),
  Job: (namespace) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'orders', namespace },
    spec: { template: templateOf('Job', { restartPolicy: 'Never' }) },
  }),
  CronJob: (namespace) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'orders', namespace },
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: { spec: { template: templateOf('CronJob', { restartPolicy: 'Never' }) } },
    },
  }),
};

function templateOf(kind: string, spec: KubernetesObject = {}): KubernetesObject {
  return { metadata: { labels: { app: kind } }, spec: { ...POD_SPEC, ...spec } };
}

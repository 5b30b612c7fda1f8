/**
 * Reasons for the parts of an injection, each for a field of its containers, an argument, a variable, a volume, a mount
 * or the pod. They are the comments that `lictor inject` writes, and a table of the documentation.
 */
export const RATIONALE = {
  restartPolicy:
    'A sidecar of Kubernetes: it answers before Envoy starts, ends after it, and lets a Job complete.',
  '--socket-mode': 'Envoy may have any user; only its container mounts the folder of the socket.',
  '--admin': 'Status and decisions are for the pod alone; see them with `kubectl port-forward`.',
  '--probe': 'For kubelet and Prometheus: health, readiness and metrics, no page with decisions.',
  '--load-memory': 'Part of the memory limit, in MiB: the process that loads policies.',
  '--max-failures': 'Try again without end; the sidecar decides by the last good version meanwhile.',
  NODE_OPTIONS: 'Part of the memory limit, in MiB: the heap of the process that answers.',
  '--period': 'Each pod fetches for itself: thousands of pods share the git server.',
  GITSYNC_INIT_PERIOD: 'A new pod has no policies until its first fetch, and does not wait a whole period.',
  HOME: 'git writes its configuration there, since the root is read-only.',
  ports: 'For a PodMonitor of Prometheus, which selects ports by name.',
  startupProbe:
    'The next container starts after it. Not /readyz: late policies must not restart the sidecar.',
  readinessProbe: 'The pod gets no requests before its policies are live.',
  livenessProbe: 'Not /readyz, which fails during a drain and without policies.',
  resources:
    'Measured: docs/performance.md, "Start and memory". No CPU limit: throttling would delay requests.',
  securityContext:
    'As Pod Security `restricted` requires, and a read-only root: records and log go to the output.',
  'lictor-socket': 'In memory: a volume on disk would keep the cluster autoscaler from removing the node.',
  'lictor-policies': 'Mounted whole: with a `subPath`, a new version would never arrive.',
  'lictor-git': 'Written by git-sync alone; it replaces a link, so that each version is read whole.',
  'lictor-git-home': 'The home of git.',
  'lictor-redis': 'One key of the Secret, as a file: arguments and variables are seen by more people.',
  mount: 'Read-only: whoever can replace the socket can answer in place of the sidecar.',
  terminationGracePeriodSeconds: 'At least the drain: --drain-delay + --drain-timeout + 1 s.',
} as const;

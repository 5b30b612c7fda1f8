/** Prefix of the label and the annotations that injection reads and writes. */
export const PREFIX = 'lictor.dev/';

/**
 * Label of a namespace or pod that asks for the sidecar with `true`. As a label or annotation of a pod, `false` refuses
 * it.
 */
export const INJECT = `${PREFIX}inject`;

/** Annotation of a pod whose container `lictor` was injected, so that a later injection may replace it. */
export const INJECTED = `${PREFIX}injected`;

/** The sidecar, and the program that fetches its policies from git. */
export const CONTAINERS = { lictor: 'lictor', git: 'lictor-git-sync' } as const;

/** Names of these containers. */
export const OWN_CONTAINERS: ReadonlySet<unknown> = new Set(Object.values(CONTAINERS));

/** Volumes of the sidecar, by what they hold. */
export const VOLUMES = {
  socket: 'lictor-socket',
  policies: 'lictor-policies',
  git: 'lictor-git',
  /** Home of git, which writes its configuration there. */
  gitHome: 'lictor-git-home',
  redis: 'lictor-redis',
} as const;

/** Names of these volumes. */
export const OWN_VOLUMES: ReadonlySet<unknown> = new Set(Object.values(VOLUMES));

/** Folders of the container. */
export const FOLDERS = {
  socket: '/run/lictor',
  policies: '/policies',
  git: '/git',
  redis: '/etc/lictor/redis',
} as const;

/**
 * User and group of the image: `nonroot` by custom. A number, by which Kubernetes sees that it is not root, and which needs
 * no entry in `/etc/passwd`.
 */
export const USER = 65_532;

/** Name of the port for probes and metrics, for a PodMonitor of Prometheus. */
export const PROBE_PORT = 'lictor-probe';

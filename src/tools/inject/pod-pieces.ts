import type { JsonObject } from '../../engine/request/attributes.ts';
import { hasSocket, lictorContainer } from './container.ts';
import { gitSyncContainer } from './git-sync.ts';
import { FOLDERS, INJECTED, VOLUMES } from './names.ts';
import { policyVolumes } from './policy-pieces.ts';
import type { Injection } from './read-options.ts';

/** Additions of an injection to a pod, as plain JSON in the form of Kubernetes. */
export interface PodPieces {
  readonly annotations: JsonObject;
  /** In order: the sidecar is the first of all init containers, so that it answers before Envoy starts. */
  readonly initContainers: readonly JsonObject[];
  readonly volumes: readonly JsonObject[];
  /** Mount of the socket in the container of the proxy; undefined if they talk over TCP. */
  readonly proxyMount: JsonObject | undefined;
  /** Least `terminationGracePeriodSeconds`, with which a drain is not cut off. */
  readonly graceSeconds: number;
}

/** Time between the end of a drain and that of the process, in milliseconds. */
const EXIT_TIME = 1000;

/** The pieces of a pod with these options. */
export function podPieces(injection: Injection): PodPieces {
  const { policies, redisSecret, drainTime } = injection;
  const socket = hasSocket(injection);
  return {
    annotations: { [INJECTED]: 'true' },
    initContainers: [
      lictorContainer(injection),
      ...(policies.kind === 'git' ? [gitSyncContainer(policies.repository, injection)] : []),
    ],
    volumes: [
      // In memory: a volume on disk keeps the cluster autoscaler from removing the node.
      ...(socket ? [{ name: VOLUMES.socket, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }] : []),
      ...policyVolumes(injection),
      ...(redisSecret === undefined
        ? []
        : [
            {
              name: VOLUMES.redis,
              secret: { secretName: redisSecret, items: [{ key: 'password', path: 'password' }] },
            },
          ]),
    ],
    // Read-only: a container that could replace the socket could answer in place of the sidecar.
    proxyMount: socket ? { name: VOLUMES.socket, mountPath: FOLDERS.socket, readOnly: true } : undefined,
    graceSeconds: Math.ceil((drainTime + EXIT_TIME) / 1000),
  };
}

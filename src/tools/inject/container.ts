import type { JsonObject } from '../../engine/request/attributes.ts';
import { parseAddress } from '../../sidecar/socket/address.ts';
import { memoryShares } from './memory.ts';
import { CONTAINERS, FOLDERS, PROBE_PORT, USER, VOLUMES } from './names.ts';
import { PASSED_SETTINGS } from './options.ts';
import { policyMount, policyPath } from './policy-pieces.ts';
import type { Injection } from './read-options.ts';

/** The sidecar: an init container that runs as long as the pod (`restartPolicy: Always`). */
export function lictorContainer(injection: Injection): JsonObject {
  return {
    name: CONTAINERS.lictor,
    image: injection.image,
    restartPolicy: 'Always',
    args: argsOf(injection),
    env: environmentOf(injection),
    ports: [{ name: PROBE_PORT, containerPort: probePort(injection), protocol: 'TCP' }],
    ...probesOf(injection),
    resources: resourcesOf(injection),
    securityContext: SECURITY_CONTEXT,
    volumeMounts: mountsOf(injection),
  };
}

/** Requirements of `pod-security.kubernetes.io/enforce: restricted` of a namespace, and a read-only root. */
export const SECURITY_CONTEXT: JsonObject = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** True if Envoy reaches the sidecar by a socket in a volume. */
export function hasSocket({ listen }: Pick<Injection, 'listen'>): boolean {
  return listen.startsWith('unix:');
}

function argsOf(injection: Injection): readonly string[] {
  const { listen, admin, probe, memory, redisSecret, settings } = injection;
  return [
    'serve',
    argument('policies', policyPath(injection)),
    argument('listen', listen),
    ...(hasSocket(injection) ? [argument('socket-mode', '0666')] : []),
    argument('admin', admin),
    argument('probe', probe),
    argument('load-memory', String(memoryShares(memory).load)),
    ...(redisSecret === undefined ? [] : [argument('redis-password-file', `${FOLDERS.redis}/password`)]),
    ...[...settings].flatMap(([name, texts]) => argumentsOf(name, texts)),
  ];
}

function argumentsOf(name: string, texts: readonly string[]): readonly string[] {
  if (PASSED_SETTINGS[name]?.value !== undefined) return texts.map((text) => argument(name, text));
  return texts[0] === 'true' ? [`--${name}`] : [];
}

/** An argument with its text as it is. */
export function argument(name: string, text: string): string {
  return `--${name}=${literal(text)}`;
}

/** Kubernetes would replace `$(NAME)` by a variable of the container; `$$(` is `$(`. */
function literal(text: string): string {
  return text.replaceAll('$(', () => '$$(');
}

function environmentOf({ memory, otlpEndpoint }: Injection): readonly JsonObject[] {
  return [
    { name: 'NODE_OPTIONS', value: `--max-old-space-size=${memoryShares(memory).heap}` },
    ...(otlpEndpoint === undefined ? [] : tracesTo(otlpEndpoint)),
  ];
}

/** The name of the pod is not known when it is injected, so kubelet fills it in. */
function tracesTo(endpoint: string): readonly JsonObject[] {
  const fieldOf = (name: string, fieldPath: string): JsonObject => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return [
    fieldOf('LICTOR_POD', 'metadata.name'),
    fieldOf('LICTOR_NAMESPACE', 'metadata.namespace'),
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: literal(endpoint) },
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      value: 'k8s.pod.name=$(LICTOR_POD),k8s.namespace.name=$(LICTOR_NAMESPACE)',
    },
  ];
}

/** Port for kubelet and Prometheus. */
export function probePort({ probe }: Pick<Injection, 'probe'>): number {
  const address = parseAddress(probe);
  return address?.kind === 'tcp' ? address.port : 0;
}

function probesOf(injection: Injection): JsonObject {
  const port = probePort(injection);
  return {
    startupProbe: { httpGet: { path: '/healthz', port }, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { httpGet: { path: '/readyz', port }, periodSeconds: 2, timeoutSeconds: 2 },
    livenessProbe: { httpGet: { path: '/healthz', port }, periodSeconds: 10, timeoutSeconds: 5 },
  };
}

function resourcesOf({ memory, cpu, cpuLimit }: Injection): JsonObject {
  const size = `${memory}Mi`;
  return {
    requests: { cpu, memory: size },
    limits: { ...(cpuLimit !== undefined && { cpu: cpuLimit }), memory: size },
  };
}

function mountsOf(injection: Injection): readonly JsonObject[] {
  return [
    ...(hasSocket(injection) ? [{ name: VOLUMES.socket, mountPath: FOLDERS.socket }] : []),
    policyMount(injection),
    ...(injection.redisSecret === undefined
      ? []
      : [{ name: VOLUMES.redis, mountPath: FOLDERS.redis, readOnly: true }]),
  ];
}

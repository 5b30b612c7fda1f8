import { type Flags, Problem, type ValuesOf } from '../../flag/flag.ts';
import { hostAlone } from '../../flag/parsers.ts';
import { listenAddress } from '../../sidecar/server/setting-parsers.ts';
import { SETTINGS } from '../../sidecar/server/settings.ts';
import { parseAddress } from '../../sidecar/socket/address.ts';
import { FOLDERS } from './names.ts';
import { imageReference, labelName, objectName, policyOrigin } from './policy-origin.ts';
import { cpuSize, memorySize } from './quantities.ts';

/**
 * Options of an injection: annotations of a pod with the prefix `lictor.dev/`, and `--set NAME=VALUE` of `lictor inject`
 * and `lictor webhook` for pods without the annotation. The reference page is derived from this table.
 */
export const POD_OPTIONS = {
  image: {
    value: 'REFERENCE',
    parse: imageReference,
    doc: 'image of the sidecar (default: `lictor:` and the version of the program that injects)',
  },
  policies: {
    value: 'ORIGIN',
    parse: policyOrigin,
    default: 'configmap:lictor-policies',
    doc: 'origin of the policies: `configmap:NAME`, `git:URL`, `image:REFERENCE` or `volume:NAME`',
  },
  'git-ref': {
    value: 'REF',
    parse: gitRef,
    default: 'HEAD',
    doc: 'branch, tag or commit of `policies: git:URL`',
  },
  'git-path': {
    value: 'PATH',
    parse: pathInRepository,
    default: '.',
    doc: 'the policy folder in that repository',
  },
  'git-secret': {
    value: 'NAME',
    parse: objectName,
    doc: 'Secret of the namespace with `username` and `password` for that repository',
  },
  'git-image': {
    value: 'REFERENCE',
    parse: imageReference,
    default: 'registry.k8s.io/git-sync/git-sync:v4.7.1',
    doc: 'image of git-sync, which fetches that repository',
  },
  proxy: {
    value: 'NAME',
    parse: labelName,
    default: 'envoy',
    doc: 'container of Envoy, which mounts the socket of the sidecar',
  },
  listen: {
    value: 'ADDR',
    parse: podAddress,
    default: `unix:${FOLDERS.socket}/authz.sock`,
    doc: `address for the checks of Envoy: a socket in \`${FOLDERS.socket}\`, or HOST:PORT of loopback for a proxy that cannot mount it`,
  },
  admin: {
    value: 'ADDR',
    parse: loopbackAddress,
    default: '127.0.0.1:9192',
    doc: 'address for status and decisions, which only the pod itself reaches',
  },
  probe: {
    value: 'ADDR',
    parse: probeAddress,
    default: '0.0.0.0:9193',
    doc: 'address for probes and metrics; `[::]:9193` in a cluster with IPv6 alone',
  },
  memory: {
    value: 'SIZE',
    parse: memorySize,
    default: '192Mi',
    doc: 'request and limit of memory; the bounds of heap and loading follow from it',
  },
  cpu: { value: 'SIZE', parse: cpuSize, default: '100m', doc: 'request of CPU' },
  'cpu-limit': { value: 'SIZE', parse: cpuSize, doc: 'limit of CPU; without it there is none' },
  'redis-secret': {
    value: 'NAME',
    parse: objectName,
    doc: 'Secret of the namespace whose `password` is the one for `redis`',
  },
  'otlp-endpoint': {
    value: 'URL',
    parse: collectorUrl,
    doc: 'collector of traces, such as `http://otel-collector.observability:4318`; without it there are no traces',
  },
} as const satisfies Flags;

/** Values of the options of a pod. */
export type PodOptions = ValuesOf<typeof POD_OPTIONS>;

/**
 * Settings of `serve` that are options of a pod under the same name. The others are decided by the injection, or name
 * files that the container does not have.
 */
const PASSED = [
  'environment',
  'hosts',
  'revision',
  'require-revision',
  'from-commit',
  'from-work-tree',
  'require-clean',
  'max-connection-age',
  'max-connection-idle',
  'keepalive',
  'deadline',
  'max-inflight',
  'limit-keys',
  'max-request-bytes',
  'xfcc-trusted-hops',
  'jwks-allow-private',
  'redis',
  'redis-timeout',
  'redis-prefix',
  'redis-replicas',
  'load-timeout',
  'log-level',
  'drain-delay',
  'drain-timeout',
] as const satisfies readonly (keyof typeof SETTINGS)[];

type PassedName = (typeof PASSED)[number];

/** The rows of those settings. */
export const PASSED_SETTINGS: Flags = Object.fromEntries(
  PASSED.map((name: PassedName) => [name, SETTINGS[name]]),
);

/** A branch, tag or commit; `git check-ref-format` forbids more, which git-sync reports. */
function gitRef(written: string): string | Problem {
  const isRef = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$/.test(written) && !written.includes('..');
  return isRef ? written : new Problem('is not a branch, tag or commit');
}

/** A relative path without steps upwards. */
function pathInRepository(written: string): string | Problem {
  const parts = written.split('/');
  const isPath = /^[A-Za-z0-9_./-]{1,1024}$/.test(written) && !parts.includes('..') && parts[0] !== '';
  return isPath ? written : new Problem('is not a path in the repository; write it as `policies/orders`');
}

/** A socket in the folder that sidecar and proxy share, or an address that only the pod itself reaches. */
function podAddress(written: string): string | Problem {
  const address = parseAddress(written);
  if (address?.kind !== 'unix') return loopbackAddress(written);
  const isShared = new RegExp(`^${FOLDERS.socket}/[A-Za-z0-9_.-]{1,64}$`).test(address.path);
  return isShared
    ? `unix:${address.path}`
    : new Problem(
        `is outside of the folder that the containers share; write \`unix:${FOLDERS.socket}/NAME\``,
      );
}

function loopbackAddress(written: string): string | Problem {
  const address = parseAddress(written);
  if (address?.kind !== 'tcp') return listenAddress(written);
  const isLoopback = address.host === '127.0.0.1' || address.host === '::1';
  return isLoopback && address.port > 0
    ? written
    : new Problem('can be reached from outside of the pod, or has no port; write `127.0.0.1:9191`');
}

/** `HOST:PORT` with a port. */
function probeAddress(written: string): string | Problem {
  const address = parseAddress(written);
  if (address?.kind !== 'tcp' || address.port === 0)
    return new Problem('is not an address for kubelet; write `0.0.0.0:9193` or `[::]:9193`');
  const host = hostAlone(address.host);
  return host instanceof Problem ? host : written;
}

function collectorUrl(written: string): string | Problem {
  const protocol = URL.parse(written)?.protocol;
  return protocol === 'http:' || protocol === 'https:'
    ? written
    : new Problem('is not the URL of a collector, such as `http://otel-collector.observability:4318`');
}

import { type Flags, Problem, type ValuesOf } from '../../flag/flag.ts';
import { SETTINGS } from '../../sidecar/server/settings.ts';
import { gitPeriod, gitRef, pathInRepository } from './git-options.ts';
import { FOLDERS } from './names.ts';
import { adminAddress, checkAddress, probeAddress } from './pod-addresses.ts';
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
  'git-period': {
    value: 'TIME',
    parse: gitPeriod,
    default: '30s',
    doc: 'time between two fetches of that repository, which each pod makes: `5s` to `1h`',
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
    parse: checkAddress,
    default: `unix:${FOLDERS.socket}/authz.sock`,
    doc: `address for the checks of Envoy: a socket in \`${FOLDERS.socket}\`, or HOST:PORT of loopback for a proxy that cannot mount it`,
  },
  admin: {
    value: 'ADDR',
    parse: adminAddress,
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
  'cpu-limit': { value: 'SIZE', parse: cpuSize, doc: 'limit of CPU; default: no limit' },
  'redis-secret': {
    value: 'NAME',
    parse: objectName,
    doc: 'Secret of the namespace whose `password` is the one for `redis`',
  },
  'otlp-endpoint': {
    value: 'URL',
    parse: collectorUrl,
    doc: 'collector of traces, such as `http://otel-collector.observability:4318`; default: no traces',
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

function collectorUrl(written: string): string | Problem {
  return /^https?:\/\/[^/@\s\\]+(\/\S*)?$/.test(written) && URL.parse(written) !== null
    ? written
    : new Problem('is not the URL of a collector, such as `http://otel-collector.observability:4318`');
}

import { type PodPieces, podPieces } from '../../src/tools/inject/pod-pieces.ts';
import { optionSource, readInjection } from '../../src/tools/inject/read-options.ts';

type Options = Readonly<Record<string, string>>;

const GIT = { policies: 'git:https://git.acme.example/policies.git' } as const;
const REDIS = { redis: 'rediss://redis.limits:6379' } as const;

/**
 * Options of a pod with an effect, for each option one that differs from the default, together with those that it
 * requires. The chart and other forms of the injection are compared with these.
 */
export const POD_OPTION_EXAMPLES: Readonly<Record<string, Options>> = {
  image: { image: 'registry.acme.example/lictor:1.2.3' },
  policies: { policies: 'configmap:orders-policies' },
  'policies by image': { policies: 'image:registry.acme.example/policies:v12' },
  'policies by git': GIT,
  'policies by volume': { policies: 'volume:shared' },
  'git-ref': { ...GIT, 'git-ref': 'production' },
  'git-path': { ...GIT, 'git-path': 'teams/orders' },
  'git-secret': { ...GIT, 'git-secret': 'git-credentials' },
  'git-period': { ...GIT, 'git-period': '5m' },
  'git-image': { ...GIT, 'git-image': 'registry.acme.example/git-sync:v4.7.1' },
  proxy: { proxy: 'istio-proxy' },
  listen: { listen: '127.0.0.1:9191' },
  admin: { admin: '127.0.0.1:9292' },
  probe: { probe: '[::]:9393' },
  memory: { memory: '512Mi' },
  cpu: { cpu: '250m' },
  'cpu-limit': { 'cpu-limit': '2' },
  'redis-secret': { ...REDIS, 'redis-secret': 'limits' },
  'otlp-endpoint': { 'otlp-endpoint': 'http://otel-collector.observability:4318' },
  environment: { environment: 'production' },
  hosts: { hosts: 'orders.acme.svc, *.orders.acme.svc' },
  revision: { revision: '0123456789abcdef0123456789abcdef01234567' },
  'require-revision': { 'require-revision': 'true' },
  'from-commit': { 'from-commit': 'true' },
  'from-work-tree': { 'from-work-tree': 'true' },
  'require-clean': { 'require-clean': 'true' },
  'max-connection-age': { 'max-connection-age': '1h' },
  'max-connection-idle': { 'max-connection-idle': '10m' },
  keepalive: { keepalive: '30s' },
  deadline: { deadline: '500ms' },
  'max-inflight': { 'max-inflight': '1000' },
  'limit-keys': { 'limit-keys': '10000' },
  'max-request-bytes': { 'max-request-bytes': '131072' },
  'xfcc-trusted-hops': { 'xfcc-trusted-hops': '1' },
  'jwks-allow-private': { 'jwks-allow-private': 'login.acme.svc' },
  redis: REDIS,
  'redis-timeout': { 'redis-timeout': '10ms' },
  'redis-prefix': { 'redis-prefix': 'orders' },
  'redis-replicas': { 'redis-replicas': '3' },
  'load-timeout': { 'load-timeout': '30s' },
  'log-level': { 'log-level': 'warn' },
  'drain-delay': { 'drain-delay': '20s' },
  'drain-timeout': { 'drain-timeout': '10s' },
};

/** The pieces of a pod with these options; fails if they are not valid. */
export function piecesOf(options: Options): PodPieces {
  const source = optionSource(new Map(Object.entries(options)), (name) => name);
  const { injection, problems } = readInjection([source]);
  if (injection === undefined) throw new Error(problems.join('\n'));
  return podPieces(injection);
}

export type OptionSamples = readonly [valid: readonly string[], invalid: readonly string[]];

/** Texts of each option of a pod that are valid, and that are not. */
export const OPTION_SAMPLES: Readonly<Record<string, OptionSamples>> = {
  image: [
    ['lictor:0.1.0', 'r.acme.example:5000/a/b@sha256:ab', 'A'],
    ['', 'a b', '-a', 'a$(B)', 'a\nb'],
  ],
  policies: [
    [
      'configmap:a',
      'configmap:a-1.b',
      'volume:p',
      'image:r/p:v1',
      'git:https://git.acme.example/a/b.git',
      'git:https://h:8443/p',
      'git:https://h/$(GITSYNC_PASSWORD)',
    ],
    [
      '',
      'a',
      'configmap:',
      'configmap:A',
      'configmap:a..b',
      'volume:a.b',
      'git:http://h/p',
      'git:ssh://h/p',
      'git:https://u@h/p',
      'git:https://u:p@h/p',
      'git:https:\\\\u:p@h/p',
      'git:https:h/p',
      'git:https://h/p?q',
      'file:/x',
    ],
  ],
  'git-ref': [
    ['main', 'v1.2', 'a/b', 'HEAD', 'a.'],
    ['', '-a', 'a..b', 'a b', '.a'],
  ],
  'git-path': [
    ['.', 'policies', 'a/b', './a', 'a/.b', 'a/'],
    ['', '..', '../a', 'a/../b', '/a', 'a b'],
  ],
  'git-secret': [
    ['a', 'a-b.c'],
    ['', 'A', 'a_b', '-a', 'a.'],
  ],
  'git-period': [
    ['5s', '30s', '100s', '3600s', '1m', '60m', '1h'],
    ['', '0s', '4s', '05s', '3601s', '61m', '2h', '500ms', '1m30s', '30', '-30s'],
  ],
  'git-image': [['registry.k8s.io/git-sync/git-sync:v4.7.1'], ['', 'a b']],
  proxy: [
    ['envoy', 'istio-proxy'],
    ['', 'Envoy', 'a.b', 'a-', 'a'.repeat(64)],
  ],
  listen: [
    ['unix:/run/lictor/authz.sock', '127.0.0.1:9191', '[::1]:9191'],
    [
      '',
      'unix:/tmp/a',
      'unix:/run/lictor/',
      'unix:/run/lictor/a/b',
      '0.0.0.0:9191',
      '127.0.0.1:0',
      '127.0.0.1',
      'localhost:1',
    ],
  ],
  admin: [
    ['127.0.0.1:9192', '[::1]:1'],
    ['', '0.0.0.0:9192', '127.0.0.1', 'unix:/run/admin.sock', 'unix:/run/lictor/admin.sock'],
  ],
  probe: [
    ['0.0.0.0:9193', '[::]:9193', '127.0.0.1:1'],
    ['', '9193', '0.0.0.0', '0.0.0.0:0', 'unix:/a', 'a/b:1'],
  ],
  memory: [
    ['128Mi', '192Mi', '1Gi', '100Gi', '4096Mi'],
    ['', '127Mi', '64Mi', '192', '192M', '0Gi', '1.5Gi', '192mi'],
  ],
  cpu: [
    ['100m', '1', '0.5', '10', '2.25', '0.001', '100'],
    ['', '0', '0.0', '0m', '1.2345', '-1', '1 ', 'm', '1000'],
  ],
  'cpu-limit': [
    ['1', '1500m'],
    ['', '0'],
  ],
  'redis-secret': [['redis'], ['', 'R']],
  'otlp-endpoint': [
    ['http://otel:4318', 'https://o.example/v1?a=b'],
    ['', 'otel:4318', 'grpc://o', 'http://u:p@o'],
  ],
  environment: [['production', 'a b', 'a\nb'], ['']],
  hosts: [
    ['orders.acme.svc', '::1', '2001:db8::1', '*.acme.svc, a', '*', '10.0.0.1'],
    ['', 'a:80', 'a/b', 'a,,b', 'a b'],
  ],
  revision: [
    ['a'.repeat(40), 'A'.repeat(64)],
    ['', 'main', 'a'.repeat(41)],
  ],
  'require-revision': [
    ['true', 'false'],
    ['', 'yes', 'True'],
  ],
  'from-commit': [['true'], ['1']],
  'from-work-tree': [['true'], ['1']],
  'require-clean': [['true'], ['1']],
  'max-connection-age': [
    ['0s', '1h30m'],
    ['', '5', '1d', '-1s', '1s1h'],
  ],
  'max-connection-idle': [['5m'], ['5']],
  keepalive: [['1m', '0s'], ['1']],
  deadline: [
    ['500ms', '1s'],
    ['', '1', '1.5s'],
  ],
  'max-inflight': [
    ['1', '10000'],
    ['', '-1', 'many', '1.5'],
  ],
  'limit-keys': [['1000'], ['1k']],
  'max-request-bytes': [['65536'], ['64Ki']],
  'xfcc-trusted-hops': [['0', '2'], ['-1']],
  'jwks-allow-private': [
    ['login.acme.svc', 'a,b'],
    ['', 'https://a'],
  ],
  redis: [
    ['redis://r:6379/0', 'rediss://r', 'unix:///run/r.sock', 'redis-sentinel://a,b/p', 'redis-cluster://a,b'],
    ['', 'r:6379', 'http://r'],
  ],
  'redis-timeout': [['5ms'], ['5']],
  'redis-prefix': [
    ['lictor', 'a:b_c.d-1'],
    ['', 'a{b}', 'a b'],
  ],
  'redis-replicas': [['3'], ['three']],
  'load-timeout': [['60s'], ['60']],
  'log-level': [
    ['debug', 'silent'],
    ['', 'trace', 'INFO'],
  ],
  'drain-delay': [['5s', '0s'], ['5']],
  'drain-timeout': [['20s'], ['20']],
};

/** Options without which others are refused. */
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'git-ref': { policies: 'git:https://git.acme.example/p' },
  'git-path': { policies: 'git:https://git.acme.example/p' },
  'git-secret': { policies: 'git:https://git.acme.example/p' },
  'git-period': { policies: 'git:https://git.acme.example/p' },
  'git-image': { policies: 'git:https://git.acme.example/p' },
  'redis-secret': { redis: 'redis://redis:6379' },
};

/** Options with one sample, and what it needs beside it. */
export function withCompanions(name: string, text: string): Readonly<Record<string, string>> {
  return { ...COMPANIONS[name], [name]: text };
}

import { configure } from '../../../src/sidecar/server/configuration.ts';
import { memoryShares } from '../../../src/tools/inject/memory.ts';
import { OPTION_NAMES, optionSource, readInjection } from '../../../src/tools/inject/read-options.ts';
import { POD_OPTION_EXAMPLES, piecesOf } from '../../support/pod-options.ts';

const problemsOf = (options: Readonly<Record<string, string>>): readonly string[] => {
  const source = optionSource(
    new Map(Object.entries(options)),
    (name) => `annotation \`lictor.dev/${name}\``,
  );
  return readInjection([source]).problems ?? [];
};

const argsOf = (container: { readonly [key: string]: unknown } | undefined): readonly string[] =>
  (container?.['args'] as readonly string[] | undefined)?.slice(1) ?? [];

const DEFAULT = piecesOf({});

test('the pod without options has the sidecar first, as user 65532 on a read-only root, with all bounds', () => {
  expect(DEFAULT.initContainers).toEqual([
    {
      name: 'lictor',
      image: expect.stringMatching(/^lictor:\d+\.\d+\.\d+$/),
      restartPolicy: 'Always',
      args: [
        'serve',
        '--policies=/policies',
        '--listen=unix:/run/lictor/authz.sock',
        '--socket-mode=0666',
        '--admin=127.0.0.1:9192',
        '--probe=0.0.0.0:9193',
        '--load-memory=128',
      ],
      env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=48' }],
      ports: [{ name: 'lictor-probe', containerPort: 9193, protocol: 'TCP' }],
      startupProbe: { httpGet: { path: '/healthz', port: 9193 }, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { httpGet: { path: '/readyz', port: 9193 }, periodSeconds: 2, timeoutSeconds: 2 },
      livenessProbe: { httpGet: { path: '/healthz', port: 9193 }, periodSeconds: 10, timeoutSeconds: 5 },
      resources: { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '192Mi' } },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumeMounts: [
        { name: 'lictor-socket', mountPath: '/run/lictor' },
        { name: 'lictor-policies', mountPath: '/policies', readOnly: true },
      ],
    },
  ]);
  expect(DEFAULT.volumes).toEqual([
    { name: 'lictor-socket', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'lictor-policies', configMap: { name: 'lictor-policies' } },
  ]);
  expect(DEFAULT.proxyMount).toEqual({ name: 'lictor-socket', mountPath: '/run/lictor', readOnly: true });
  expect(DEFAULT.annotations).toEqual({ 'lictor.dev/injected': 'true' });
  expect(DEFAULT.graceSeconds).toBe(26);
});

describe('every option', () => {
  test('has an example', () => {
    const examples = Object.keys(POD_OPTION_EXAMPLES).map((name) => name.replace(/ by .*/, ''));
    expect(new Set(examples)).toEqual(new Set(OPTION_NAMES));
  });

  // `proxy` selects the container, which the pieces do not have.
  const effective = Object.entries(POD_OPTION_EXAMPLES).filter(([name]) => name !== 'proxy');

  test.each(effective)('%s changes the pod', (name, options) => {
    const { [name]: _, ...rest } = options;
    const without = Object.keys(rest).length === Object.keys(options).length ? {} : rest;
    expect(piecesOf(options)).not.toEqual(piecesOf(without));
  });

  test.each(Object.entries(POD_OPTION_EXAMPLES))('%s gives arguments that `serve` accepts', (_, options) => {
    const [container] = piecesOf(options).initContainers;
    const texts: Record<string, string | string[]> = {};
    for (const argument of argsOf(container)) {
      const [, name = '', value = 'true'] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argument) ?? [];
      texts[name] = name === 'hosts' ? [...(texts[name] ?? []), value] : value;
    }
    expect(configure([{ texts, nameOf: (name) => `--${name}` }]).problems).toBeUndefined();
  });
});

test('policies from git are fetched beside the sidecar, by the same user, and read through one link', () => {
  const pieces = piecesOf({
    policies: 'git:https://git.acme.example/policies.git',
    'git-path': 'teams/orders/',
    'git-secret': 'git-credentials',
  });
  const [lictor, git] = pieces.initContainers;
  expect(lictor?.['args']).toContain('--policies=/git/current/teams/orders');
  expect(lictor?.['volumeMounts']).toContainEqual({ name: 'lictor-git', mountPath: '/git', readOnly: true });
  expect(git).toMatchObject({
    name: 'lictor-git-sync',
    restartPolicy: 'Always',
    args: [
      '--repo=https://git.acme.example/policies.git',
      '--ref=HEAD',
      '--root=/git',
      '--link=current',
      '--period=30s',
      '--max-failures=-1',
    ],
    securityContext: lictor?.['securityContext'],
  });
  expect(pieces.volumes.map(({ name }) => name)).toEqual(['lictor-socket', 'lictor-git', 'lictor-git-home']);
});

test('over TCP the pod has neither a volume of the socket nor a mount of the proxy', () => {
  const pieces = piecesOf({ listen: '127.0.0.1:9191' });
  expect(pieces.proxyMount).toBeUndefined();
  expect(pieces.volumes.map(({ name }) => name)).toEqual(['lictor-policies']);
  expect(pieces.initContainers[0]?.['args']).not.toContain('--socket-mode=0666');
});

test('a text that Kubernetes would expand reaches the program as it was written', () => {
  const [lictor] = piecesOf({ environment: 'a$(NODE_OPTIONS)' }).initContainers;
  expect(lictor?.['args']).toContain('--environment=a$$(NODE_OPTIONS)');
});

test('the grace period covers the drain', () => {
  expect(piecesOf({ 'drain-delay': '500ms', 'drain-timeout': '1s' }).graceSeconds).toBe(3);
  expect(piecesOf({ 'drain-delay': '1m' }).graceSeconds).toBe(81);
});

test.each([
  [128, { heap: 32, load: 128 }],
  [192, { heap: 48, load: 128 }],
  [256, { heap: 64, load: 160 }],
  [512, { heap: 128, load: 352 }],
  [1024, { heap: 256, load: 736 }],
])('%i MiB are shared by both processes', (memory, shares) => {
  expect(memoryShares(memory)).toEqual(shares);
});

test.each([
  [
    { image: 'a b' },
    'image',
    '`a b` is not the reference of an image, such as `registry.acme.example/lictor:1.0.0`',
  ],
  [
    { policies: 'orders' },
    'policies',
    '`orders` is not a source of policies; write `configmap:NAME`, `image:REFERENCE`, `git:https://HOST/PATH` or `volume:NAME`',
  ],
  [
    { policies: 'configmap:Orders' },
    'policies',
    '`configmap:Orders` is not the name of an object; write lower-case letters, digits, `-` and `.`',
  ],
  [
    { policies: 'git:git@acme:x' },
    'policies',
    '`git:git@acme:x` is not the URL of a repository; write `git:https://HOST/PATH`',
  ],
  [
    { policies: 'git:https://u:p@acme.example/x' },
    'policies',
    'the URL has a user or password, which is visible in the pod; name a Secret in `git-secret`',
  ],
  [{ 'git-ref': '--upload-pack=x' }, 'git-ref', '`--upload-pack=x` is not a branch, tag or commit'],
  [
    { 'git-path': '../x' },
    'git-path',
    '`../x` is not a path in the repository; write it as `policies/orders`',
  ],
  [
    { policies: 'git:https://acme.example/x', 'git-period': '1s' },
    'git-period',
    '`1s` is not a time from `5s` to `1h`; write it as `30s` or `5m`',
  ],
  [{ 'git-period': '5m' }, 'git-period', 'requires `policies: git:URL`'],
  [{ proxy: 'Envoy' }, 'proxy', '`Envoy` is not a name; write at most 63 lower-case letters, digits and `-`'],
  [
    { listen: '0.0.0.0:9191' },
    'listen',
    '`0.0.0.0:9191` can be reached from outside of the pod, or has no port; write `127.0.0.1:9191`',
  ],
  [
    { listen: 'unix:/tmp/a.sock' },
    'listen',
    '`unix:/tmp/a.sock` is outside of the folder that the containers share; write `unix:/run/lictor/NAME`',
  ],
  [
    { listen: 'nonsense' },
    'listen',
    '`nonsense` is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH',
  ],
  [
    { admin: '0.0.0.0:9192' },
    'admin',
    '`0.0.0.0:9192` can be reached from outside of the pod, or has no port; write `127.0.0.1:9192`',
  ],
  [
    { admin: 'unix:/run/lictor/admin.sock' },
    'admin',
    '`unix:/run/lictor/admin.sock` is a socket, which `kubectl port-forward` cannot reach; write `127.0.0.1:9192`',
  ],
  [
    { probe: 'unix:/run/a' },
    'probe',
    '`unix:/run/a` is not an address for kubelet; write `0.0.0.0:9193` or `[::]:9193`',
  ],
  [{ memory: '64Mi' }, 'memory', '`64Mi` is less than the 128Mi that a sidecar takes'],
  [{ memory: '200M' }, 'memory', '`200M` is not a size of memory; write it as `192Mi` or `1Gi`'],
  [{ cpu: '0' }, 'cpu', '`0` is not an amount of CPU; write it as `100m` or `0.5`'],
  [{ 'redis-secret': 'limits' }, 'redis-secret', 'requires `redis`'],
  [
    { redis: 'redis://u:p@redis:6379' },
    'redis',
    'the URL has a user or password, which is visible in the pod; name a Secret in `redis-secret`',
  ],
  [{ 'git-path': 'a' }, 'git-path', 'requires `policies: git:URL`'],
  [
    { 'log-level': 'loud' },
    'log-level',
    '`loud` is not a known value; write debug, info, warn, error or silent',
  ],
])('%j is refused by the name of its annotation', (options, name, problem) => {
  expect(problemsOf(options)).toContain(`annotation \`lictor.dev/${name}\`: ${problem}`);
});

test.each([
  { redis: 'redis://u:secret-of-redis@redis:6379' },
  { policies: 'git:http://u:secret-of-git@acme.example/x' },
  { 'otlp-endpoint': 'ftp://u:secret-of-otlp@acme.example' },
])('a password in a URL is refused, and in no message (%j)', (options) => {
  const problems = problemsOf({ ...options, memory: 'x' });
  expect(problems).toEqual([expect.stringContaining('the URL has a user or password')]);
  expect(problems.join()).not.toContain('secret-of');
});

test('all problems are reported at once', () => {
  expect(problemsOf({ memory: 'x', cpu: 'y', deadline: 'z' })).toHaveLength(3);
});

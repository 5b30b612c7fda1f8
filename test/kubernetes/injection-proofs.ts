import type { JsonObject } from '../../src/engine/request/attributes.ts';
import { injectPod } from '../../src/tools/inject/inject-pod.ts';
import { optionSource } from '../../src/tools/inject/read-options.ts';
import { waitFor } from '../support/wait.ts';
import { uninstall } from './chart.ts';
import type { Cluster } from './cluster.ts';
import { isInjected, type PodObject, sidecarsOf } from './pods.ts';
import type { Outcome } from './programs.ts';
import { POD_SPEC, type PodMarks, podOf, WORKLOADS } from './workloads.ts';

/** Namespaces of the proofs, with their labels beside that of the restricted standard. */
const NAMESPACES = {
  asks: { 'lictor.dev/inject': 'true' },
  silent: {},
  refuses: { 'lictor.dev/inject': 'false' },
} as const;

type Namespace = keyof typeof NAMESPACES;

/** Milliseconds until a policy or webhook that was created decides, and until a controller has made a pod. */
const PATIENCE = 60_000;

/** Creates the namespaces, and waits until pods are injected. */
export async function prepare({ kubectl }: Cluster): Promise<void> {
  for (const [name, labels] of Object.entries(NAMESPACES)) {
    const standard = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { ...standard, ...labels } },
    });
    await waitFor(
      async () =>
        (await kubectl.run(['get', '-n', name, 'serviceaccount', 'default'])).code === 0 ? true : undefined,
      {
        what: `the service account of ${name}`,
        timeout: PATIENCE,
        every: 100,
      },
    );
  }
}

export async function untilInForce(cluster: Cluster): Promise<void> {
  await waitFor(async () => (isInjected(await dryRun(cluster, 'asks', {})) ? true : undefined), {
    what: 'an injected pod',
    timeout: PATIENCE,
    every: 100,
  });
}

/** A pod as the API server would keep it. */
export async function dryRun(
  { kubectl }: Cluster,
  namespace: Namespace,
  marks: PodMarks,
): Promise<PodObject> {
  return (await kubectl.create(podOf('trial', { namespace, ...marks }), '--dry-run=server')) as PodObject;
}

/** Marks of a pod that opts out by what no selector reads. */
export const OPTED_OUT: PodMarks = { annotations: { 'lictor.dev/inject': 'false' } };

/** The mirror of a static pod in the namespace that asks, as kubelet makes it. */
export async function createMirror({ kubectl }: Cluster): Promise<PodObject> {
  const marks = { annotations: { 'kubernetes.io/config.mirror': 'hash' } };
  const pod = podOf('static-node-1', { namespace: 'asks', ...marks, spec: { nodeName: 'node-1' } });
  return (await kubectl.create(pod, '--dry-run=server')) as PodObject;
}

export function refusal({ kubectl }: Cluster, namespace: Namespace, marks: PodMarks): Promise<Outcome> {
  const pod = JSON.stringify(podOf('trial', { namespace, ...marks }));
  return kubectl.run(['create', '-f', '-', '--dry-run=server'], pod);
}

/** Annotations of pods, each of which must give what `lictor inject` gives. */
const ANNOTATED: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['nothing', {}],
  [
    'git',
    {
      policies: 'git:https://git.acme.example/policies',
      'git-ref': 'v1',
      'git-path': 'orders',
      'git-secret': 'git',
      'git-period': '5m',
    },
  ],
  ['an image', { policies: 'image:registry.acme.example/policies:v1', memory: '1Gi', 'cpu-limit': '1500m' }],
  ['TCP', { listen: '127.0.0.1:9191', probe: '[::]:9393' }],
  [
    'Redis and traces',
    { redis: 'redis://redis:6379', 'redis-secret': 'redis', 'otlp-endpoint': 'http://otel:4318' },
  ],
  [
    'settings',
    {
      hosts: 'orders.acme.svc, *.b.acme.svc',
      environment: 'a$(B)',
      'require-revision': 'true',
      'drain-timeout': '1m',
    },
  ],
];

/** Proofs that are the same for each way of injecting. The cluster is there when the tests run. */
export function proveInjection(cluster: () => Cluster): void {
  test.each(Object.entries(WORKLOADS))('the pods of a %s are injected', async (kind, workload) => {
    const { kubectl } = cluster();
    await kubectl.create(workload('asks'));
    if (kind === 'CronJob')
      await kubectl.output(['create', '-n', 'asks', 'job', 'now', '--from=cronjob/orders']);
    const pods = await waitFor(
      async () => {
        const { items } = (await kubectl.get('-n', 'asks', 'pods', '-l', `app=${kind}`)) as {
          readonly items: readonly PodObject[];
        };
        return items.length > 0 ? items : undefined;
      },
      { what: `a pod of the ${kind}`, timeout: PATIENCE, every: 200 },
    );
    expect(pods.map((pod) => [isInjected(pod), pod.metadata.ownerReferences?.length])).toEqual([[true, 1]]);
  });

  test.each(ANNOTATED)('a pod with %s gets what `lictor inject` adds', async (_, options) => {
    const annotations = Object.fromEntries(
      Object.entries(options).map(([name, text]) => [`lictor.dev/${name}`, text]),
    );
    const given = podOf('trial', { namespace: 'silent', annotations });
    const result = injectPod(
      given as JsonObject,
      optionSource(new Map(), (name) => name),
    );
    if (result.kind !== 'injected') throw new Error(JSON.stringify(result));
    const byProgram = (await cluster().kubectl.create(result.pod, '--dry-run=server')) as PodObject;
    const byServer = await dryRun(cluster(), 'asks', { annotations });
    expect(isInjected(byServer)).toBe(true);
    expect(byServer.spec).toEqual(byProgram.spec);
    expect(byServer.metadata.annotations).toEqual(byProgram.metadata.annotations);
  });

  test('twice is once: an injected pod that is created again stays as it is', async () => {
    const once = await dryRun(cluster(), 'asks', {});
    const twice = (await cluster().kubectl.create(
      podOf('trial', {
        namespace: 'asks',
        annotations: once.metadata.annotations ?? {},
        spec: { ...once.spec },
      }),
      '--dry-run=server',
    )) as PodObject;
    expect(twice.spec).toEqual(once.spec);
  });

  test('the restricted standard admits what is injected, and refuses others', async () => {
    const spec = { ...POD_SPEC, securityContext: {} };
    const { code, stderr } = await cluster().kubectl.run(
      ['create', '-f', '-', '--dry-run=server'],
      JSON.stringify(podOf('trial', { namespace: 'asks', spec })),
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('violates PodSecurity "restricted')]);
    // The containers of the user are named, and none of ours.
    expect(stderr).not.toMatch(/"lictor/);
    expect(isInjected(await dryRun(cluster(), 'asks', {}))).toBe(true);
  });

  test.each<[string, Namespace, PodMarks, boolean]>([
    ['in a namespace without the label', 'silent', {}, false],
    [
      'with the label, in a namespace without it',
      'silent',
      { labels: { 'lictor.dev/inject': 'true' } },
      true,
    ],
    [
      'with the label, in a namespace that opts out',
      'refuses',
      { labels: { 'lictor.dev/inject': 'true' } },
      true,
    ],
    ['with the label that opts out', 'asks', { labels: { 'lictor.dev/inject': 'false' } }, false],
    ['with the annotation that opts out', 'asks', OPTED_OUT, false],
  ])('a pod %s', async (_, namespace, marks, isWanted) => {
    const pod = await dryRun(cluster(), namespace, marks);
    expect([isInjected(pod), sidecarsOf(pod).length > 0]).toEqual([isWanted, isWanted]);
  });

  test('the mirror of a static pod is never injected', async () => {
    expect(sidecarsOf(await createMirror(cluster()))).toEqual([]);
  });

  test.each([
    ['lictor.dev/memory', '64Mi', /annotation `lictor\.dev\/memory`: `64Mi` is /],
    ['lictor.dev/memmory', '192Mi', /annotation `lictor\.dev\/memmory` is not an option/],
    ['lictor.dev/proxy', 'istio-proxy', /no container `istio-proxy`/],
    ['lictor.dev/inject', 'yes', /annotation `lictor\.dev\/inject`: `yes` is neither `true` nor `false`/],
  ])('a wrong annotation is a clear error: %s: %s', async (name, text, message) => {
    const { code, stderr } = await refusal(cluster(), 'asks', { annotations: { [name]: text } });
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });
}

/** After the removal of the chart nothing injects, and pods are created as they are. */
export function proveRemoval(cluster: () => Cluster): void {
  test('`helm uninstall` leaves nothing that injects', async () => {
    await uninstall(cluster());
    await waitFor(async () => (isInjected(await dryRun(cluster(), 'asks', {})) ? undefined : true), {
      what: 'a pod that is not injected',
      timeout: PATIENCE,
      every: 100,
    });
  });
}

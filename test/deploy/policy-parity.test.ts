import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from '../../src/engine/request/attributes.ts';
import { injectPod } from '../../src/tools/inject/inject-pod.ts';
import { optionSource } from '../../src/tools/inject/read-options.ts';
import { chartDigest } from '../support/rendered-chart.ts';
import { type AdmissionPolicy, PolicyEvaluation } from './admission-policy.ts';
import { OPTION_SAMPLES, withCompanions } from './option-samples.ts';
import { type Labelled, type Selectors, selects } from './selectors.ts';

const FILE = 'deploy/kustomize/injection/policy/injection.yaml';
const TEXT = readFileSync(FILE, 'utf8');

interface Binding {
  readonly kind: string;
  readonly spec: { readonly matchResources: Selectors };
}

const WEBHOOK_FILE = 'deploy/kustomize/injection/webhook/injection.yaml';

interface WebhookConfiguration {
  readonly kind: string;
  readonly webhooks: readonly (Selectors & Pick<AdmissionPolicy['spec'], 'matchConditions'>)[];
}

const OBJECTS = parseAllDocuments(TEXT).map((document) => document.toJS() as Binding);

const NAMESPACE = {
  metadata: {
    name: 'orders',
    labels: { 'lictor.dev/inject': 'true', 'kubernetes.io/metadata.name': 'orders' },
  },
};
const NO_DEFAULTS = optionSource(new Map(), (option) => option);

interface Outcome {
  readonly pod?: unknown;
  readonly refused?: true;
}

/** Outcome of `lictor inject` and `lictor webhook`. */
function byProgram(pod: JsonObject): Outcome {
  const result = injectPod(pod, NO_DEFAULTS);
  if (result.kind === 'refused') return { refused: true };
  return { pod: result.kind === 'skipped' ? pod : result.pod };
}

/** A policy as the API server applies it: undefined if no binding selects the pod, or a condition does not hold. */
function evaluationOf(kind: string, pod: JsonObject, namespace: Labelled): PolicyEvaluation | undefined {
  const isBound = OBJECTS.some(
    (object) =>
      object.kind === `${kind}Binding` &&
      selects(object.spec.matchResources, pod as unknown as Labelled, namespace),
  );
  const policy = OBJECTS.find((object) => object.kind === kind) as unknown as AdmissionPolicy;
  const evaluation = new PolicyEvaluation(policy, pod);
  return isBound && evaluation.matches() ? evaluation : undefined;
}

/** Outcome of the two policies in the API server. */
function byPolicies(pod: JsonObject, namespace: Labelled = NAMESPACE): Outcome {
  const after = evaluationOf('MutatingAdmissionPolicy', pod, namespace)?.mutated() ?? pod;
  const refusals = evaluationOf('ValidatingAdmissionPolicy', after, namespace)?.refusals() ?? [];
  return refusals.length > 0 ? { refused: true } : { pod: after };
}

function pod(annotations: JsonObject, spec: JsonObject = {}): JsonObject {
  return {
    metadata: { name: 'p', annotations },
    spec: {
      containers: [
        { name: 'app', image: 'a' },
        { name: 'envoy', image: 'e' },
      ],
      ...spec,
    },
  };
}

function annotated(options: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(options).map(([name, text]) => [`lictor.dev/${name}`, text]));
}

test('the webhook is asked about the pods that the policy concerns', () => {
  const policy = OBJECTS.find(({ kind }) => kind === 'MutatingAdmissionPolicy') as unknown as AdmissionPolicy;
  const bindings = OBJECTS.filter(({ kind }) => kind === 'MutatingAdmissionPolicyBinding');
  const webhook = parseAllDocuments(readFileSync(WEBHOOK_FILE, 'utf8'))
    .map((document) => document.toJS() as WebhookConfiguration)
    .find(({ kind }) => kind === 'MutatingWebhookConfiguration');
  const conditions = policy.spec.matchConditions.filter(({ name }) => name !== 'has-no-sidecar');
  expect(conditions).toHaveLength(2);
  expect(
    webhook?.webhooks.map(({ namespaceSelector, objectSelector, matchConditions }) => ({
      selectors: { namespaceSelector, objectSelector },
      matchConditions,
    })),
  ).toEqual(bindings.map(({ spec }) => ({ selectors: spec.matchResources, matchConditions: conditions })));
});

test('the rendered policies are those of the chart', () => {
  expect(/^# sha256:(\w+)$/m.exec(TEXT)?.[1]).toBe(chartDigest());
});

describe('the policies do with a pod as the program does', () => {
  describe.each(Object.entries(OPTION_SAMPLES))('%s', (name, [valid, invalid]) => {
    test.each(valid)('%j', (text) => {
      const spec = name === 'policies' ? { volumes: [{ name: 'p', emptyDir: {} }] } : {};
      const options = name === 'proxy' ? {} : withCompanions(name, text);
      const given = pod(annotated(options), spec);
      expect(byProgram(given).refused).toBeUndefined();
      expect(byPolicies(given)).toEqual(byProgram(given));
    });

    test.each(invalid)('%j is refused', (text) => {
      const given = pod(annotated(withCompanions(name, text)));
      expect([byProgram(given), byPolicies(given)]).toEqual([{ refused: true }, { refused: true }]);
    });
  });

  const MOUNT = { name: 'tmp', mountPath: '/tmp' };

  test.each<[string, JsonObject]>([
    ['without annotations', { metadata: { name: 'p' }, spec: { containers: [{ name: 'envoy' }] } }],
    ['without a name', { metadata: { generateName: 'p-' }, spec: { containers: [{ name: 'envoy' }] } }],
    ['with init containers', pod({}, { initContainers: [{ name: 'migrate' }] })],
    [
      'with Envoy among the init containers',
      pod(
        { 'lictor.dev/proxy': 'mesh' },
        { initContainers: [{ name: 'a' }, { name: 'mesh', volumeMounts: [MOUNT] }] },
      ),
    ],
    [
      'with init containers and git',
      pod({ 'lictor.dev/policies': 'git:https://h/p' }, { initContainers: [{ name: 'a' }, { name: 'b' }] }),
    ],
    [
      'with volumes and mounts',
      pod(
        {},
        { volumes: [{ name: 'tmp', emptyDir: {} }], containers: [{ name: 'envoy', volumeMounts: [MOUNT] }] },
      ),
    ],
    ['with a short grace period', pod({}, { terminationGracePeriodSeconds: 5 })],
    ['with a long grace period', pod({}, { terminationGracePeriodSeconds: 600 })],
    ['with a long drain', pod({ 'lictor.dev/drain-delay': '30s', 'lictor.dev/drain-timeout': '1m500ms' })],
    ['with a small memory', pod({ 'lictor.dev/memory': '128Mi' })],
    ['with a large memory', pod({ 'lictor.dev/memory': '2Gi', 'lictor.dev/cpu-limit': '2' })],
    ['with variables in a setting', pod({ 'lictor.dev/environment': 'a$(B)$$(C)' })],
    [
      'over TCP, without a proxy',
      {
        metadata: { annotations: { 'lictor.dev/listen': '127.0.0.1:9191' } },
        spec: { containers: [{ name: 'app' }] },
      },
    ],
    [
      'that opts out by label',
      { metadata: { labels: { 'lictor.dev/inject': 'false' } }, spec: { containers: [{ name: 'app' }] } },
    ],
    ['that opts out by annotation', pod({ 'lictor.dev/inject': 'false' })],
    ['that is the mirror of a static pod', pod({ 'kubernetes.io/config.mirror': 'hash' })],
    [
      'with all at once',
      pod({
        'lictor.dev/policies': 'image:r/p:1',
        'lictor.dev/redis': 'redis://r:6379',
        'lictor.dev/redis-secret': 'redis',
        'lictor.dev/otlp-endpoint': 'http://otel:4318',
        'lictor.dev/hosts': 'a.acme.svc, *.b.acme.svc',
        'lictor.dev/require-revision': 'true',
        'lictor.dev/from-commit': 'false',
        'lictor.dev/log-level': 'debug',
      }),
    ],
  ])('%s', (_, given) => {
    expect(byProgram(given).refused).toBeUndefined();
    expect(byPolicies(given)).toEqual(byProgram(given));
    const once = byPolicies(given).pod as JsonObject;
    expect(byPolicies(once)).toEqual({ pod: once });
    expect(byProgram(once)).toEqual({ pod: once });
  });

  test.each<[string, JsonObject]>([
    ['an unknown annotation', pod({ 'lictor.dev/memmory': '192Mi' })],
    ['a switch that is neither', pod({ 'lictor.dev/inject': 'yes' })],
    [
      'a label that is neither',
      { metadata: { labels: { 'lictor.dev/inject': 'yes' } }, spec: { containers: [{ name: 'envoy' }] } },
    ],
    ['no proxy', pod({ 'lictor.dev/proxy': 'istio-proxy' })],
    [
      'the sidecar as its own proxy',
      pod(
        { 'lictor.dev/injected': 'true', 'lictor.dev/proxy': 'lictor' },
        { initContainers: [{ name: 'lictor' }] },
      ),
    ],
    ['a container of the same name', pod({}, { initContainers: [{ name: 'lictor' }] })],
    ...['lictor-socket', 'lictor-git', 'lictor-policies'].map((name): [string, JsonObject] => [
      `a mount of ${name} in another container`,
      pod(
        { 'lictor.dev/policies': 'git:https://h/p' },
        { containers: [{ name: 'envoy' }, { name: 'app', volumeMounts: [{ name, mountPath: '/x' }] }] },
      ),
    ]),
    ['the sidecar among the containers', pod({}, { containers: [{ name: 'envoy' }, { name: 'lictor' }] })],
    ['the network of the node', pod({}, { hostNetwork: true })],
    ['Windows', pod({}, { os: { name: 'windows' } })],
    ['nodes with Windows', pod({}, { nodeSelector: { 'kubernetes.io/os': 'windows' } })],
    [
      'the port of the probes',
      pod({}, { containers: [{ name: 'envoy', ports: [{ containerPort: 9193 }] }] }),
    ],
    ['no such volume', pod({ 'lictor.dev/policies': 'volume:p' })],
    ['a Secret for no Redis', pod({ 'lictor.dev/redis-secret': 'r' })],
    ['a password in the URL of Redis', pod({ 'lictor.dev/redis': 'redis://:p@r:6379' })],
    ['a branch of no repository', pod({ 'lictor.dev/git-ref': 'main' })],
  ])('%s is refused', (_, given) => {
    expect([byProgram(given), byPolicies(given)]).toEqual([{ refused: true }, { refused: true }]);
  });

  test('a refusal names the annotation and what is wrong with it', () => {
    const refusals = (annotations: JsonObject): readonly string[] =>
      evaluationOf('ValidatingAdmissionPolicy', pod(annotations), NAMESPACE)?.refusals() ?? [];
    expect(refusals({ 'lictor.dev/memory': '64Mi' })[0]).toBe(
      'annotation `lictor.dev/memory`: `64Mi` is not a size of memory of at least 128Mi; write it as `192Mi` or `1Gi`',
    );
    const secret = refusals({ 'lictor.dev/redis': 'redis://:s3cret@r' });
    expect(secret.join('\n')).toContain('name a Secret in `redis-secret`');
    expect(secret.join('\n')).not.toContain('s3cret');
  });

  test.each<[string, JsonObject, JsonObject, boolean]>([
    ['without a label, in a namespace without one', {}, {}, false],
    ['that asks by its label', { 'lictor.dev/inject': 'true' }, {}, true],
    ['in a namespace that asks', {}, { 'lictor.dev/inject': 'true' }, true],
    ['of which both ask', { 'lictor.dev/inject': 'true' }, { 'lictor.dev/inject': 'true' }, true],
    [
      'that opts out in a namespace that asks',
      { 'lictor.dev/inject': 'false' },
      { 'lictor.dev/inject': 'true' },
      false,
    ],
    [
      'that asks in a namespace that opts out',
      { 'lictor.dev/inject': 'true' },
      { 'lictor.dev/inject': 'false' },
      true,
    ],
    ...['kube-system', 'kube-public', 'kube-node-lease', 'lictor'].map(
      (name): [string, JsonObject, JsonObject, boolean] => [
        `that asks in the namespace ${name}`,
        { 'lictor.dev/inject': 'true' },
        { 'kubernetes.io/metadata.name': name },
        false,
      ],
    ),
  ])('a pod %s', (_, labels, namespaceLabels, isInjected) => {
    const given = { ...pod({}), metadata: { name: 'p', labels } };
    const after = byPolicies(given, { metadata: { labels: namespaceLabels as Record<string, string> } });
    expect(JSON.stringify(after).includes('lictor-socket')).toBe(isInjected);
  });
});

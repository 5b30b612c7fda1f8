import { readFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '../../../src/engine/request/attributes.ts';
import { type Review, reviewAdmission } from '../../../src/tools/inject/admission.ts';
import { difference } from '../../../src/tools/inject/difference.ts';
import { injectPod } from '../../../src/tools/inject/inject-pod.ts';
import { jsonPatch } from '../../../src/tools/inject/json-patch.ts';
import { optionSource } from '../../../src/tools/inject/read-options.ts';
import { applyPatch } from '../../support/json-patch.ts';
import { pick, seeded } from '../../support/seeded.ts';

const DEFAULTS = optionSource(
  new Map([['image', 'registry.acme.example/lictor:1.0.0']]),
  (name) => `--set ${name}`,
);

type Request = { uid: string; object: JsonObject } & Record<string, JsonValue>;
type Answer = { response: Record<string, unknown> };

const recorded = (name: string): JsonObject & { request: Request } =>
  JSON.parse(readFileSync(new URL(`reviews/${name}.json`, import.meta.url), 'utf8')) as never;

function answered(
  review: JsonValue,
): Extract<Review, { problem?: undefined }> & { response: Record<string, unknown> } {
  const done = reviewAdmission(review, DEFAULTS);
  if (done.problem !== undefined) throw new Error(done.problem);
  return { ...done, response: (done.answer as unknown as Answer).response };
}

function patched(review: ReturnType<typeof recorded>): unknown {
  const { response } = answered(review);
  expect(response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
  const operations = JSON.parse(Buffer.from(String(response['patch']), 'base64').toString()) as [];
  return applyPatch(review.request.object, operations);
}

const injectedOf = (pod: JsonObject): unknown => {
  const done = injectPod(pod, DEFAULTS);
  return done.kind === 'injected' ? done.pod : done;
};

test('every answer is of the version and carries the uid of its request', () => {
  for (const name of ['deployment', 'opted-out', 'bad-annotation', 'update', 'service', 'delete']) {
    const review = recorded(name);
    expect(answered(review).answer).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: review.request.uid },
    });
  }
});

test.each(['deployment', 'job', 'bare-pod', 'dry-run'])(
  '%s is injected by a patch, as in a manifest',
  (name) => {
    const review = recorded(name);
    const pod = patched(review);
    expect(pod).toEqual(injectedOf(review.request.object));
    expect(pod).toMatchObject({ spec: { initContainers: [{ name: 'lictor', restartPolicy: 'Always' }] } });
  },
);

test('a pod of a controller has no name in the log but its generateName', () => {
  expect(answered(recorded('deployment')).pod).toEqual({
    namespace: 'shop',
    name: 'orders-7d9c8b6f4d-*',
    dryRun: false,
  });
  expect(answered(recorded('dry-run')).pod.dryRun).toBe(true);
});

test('a second call, after the API server has filled in defaults, changes nothing', () => {
  for (const name of ['deployment', 'job', 'bare-pod']) {
    const review = recorded(name);
    const pod = patched(review) as {
      spec: { initContainers: Record<string, unknown>[]; volumes: JsonObject[] };
    };
    for (const container of pod.spec.initContainers) {
      container['terminationMessagePath'] = '/dev/termination-log';
      container['imagePullPolicy'] = 'IfNotPresent';
      const token = {
        name: 'kube-api-access-7x2lq',
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      };
      container['volumeMounts'] = [...(container['volumeMounts'] as object[]), token];
    }
    pod.spec.volumes = pod.spec.volumes.map((volume) =>
      'configMap' in volume
        ? { ...volume, configMap: { ...(volume['configMap'] as object), defaultMode: 420 } }
        : volume,
    );
    const again = answered({ ...review, request: { ...review.request, object: pod as never } });
    expect(again).toMatchObject({ result: 'unchanged' });
    expect(again.response).not.toHaveProperty('patch');
  }
});

test('warnings are given to the client', () => {
  expect(answered(recorded('bare-pod')).response['warnings']).toEqual([
    expect.stringContaining('`shareProcessNamespace: true` lets other processes see'),
  ]);
  expect(answered(recorded('job')).response['warnings']).toEqual([
    '`terminationGracePeriodSeconds: 10` would cut off the drain of the sidecar, and is raised to 26',
  ]);
  expect(answered(recorded('deployment')).response).not.toHaveProperty('warnings');
});

test('a pod that opted out is allowed as it is', () => {
  const done = answered(recorded('opted-out'));
  expect(done).toMatchObject({ result: 'skipped' });
  expect(done.response).toEqual({ uid: recorded('opted-out').request.uid, allowed: true });
});

test.each(['update', 'ephemeral-containers', 'delete', 'service'])('%s is none of its business', (name) => {
  const done = answered(recorded(name));
  expect(done).toMatchObject({ result: 'other' });
  expect(done.response).toEqual({ uid: recorded(name).request.uid, allowed: true });
});

test('a bad annotation is refused with its name, its problem and the remedy', () => {
  expect(answered(recorded('bad-annotation')).response).toEqual({
    uid: recorded('bad-annotation').request.uid,
    allowed: false,
    status: {
      message:
        'lictor: annotation `lictor.dev/polcies` is not an option; did you mean `lictor.dev/policies`?; annotation `lictor.dev/memory`: `lots` is not a size of memory; write it as `192Mi` or `1Gi`',
      reason: 'Invalid',
      code: 422,
    },
  });
});

test('the message of a refusal is bounded, and has no control characters', () => {
  const review = recorded('bad-annotation');
  const annotations = { 'lictor.dev/memory': `\u001b[2J\n${'x'.repeat(100_000)}` };
  const object = { ...review.request.object, metadata: { annotations } };
  const { response } = answered({ ...review, request: { ...review.request, object } });
  const { message } = response['status'] as { message: string };
  expect(message.length).toBe(2001);
  expect(message).not.toMatch(/[\u0000-\u001f]/);
});

test.each([
  [null, 'the body is not an AdmissionReview'],
  [[], 'the body is not an AdmissionReview'],
  [{ kind: 'Pod' }, 'the body is not an AdmissionReview'],
  [
    { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1beta1' },
    'the `apiVersion` of the AdmissionReview is not `admission.k8s.io/v1`',
  ],
  [
    { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' },
    'the AdmissionReview has no `request.uid`',
  ],
  [
    { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: { uid: 3 } },
    'the AdmissionReview has no `request.uid`',
  ],
])('%j is not a review', (body, problem) => {
  expect(reviewAdmission(body as JsonValue, DEFAULTS)).toEqual({ problem });
});

test.each([
  {},
  { metadata: null },
  { spec: null },
  { spec: { containers: 'x' } },
  { spec: { containers: [] } },
  { metadata: { annotations: [] }, spec: { containers: [3] } },
])('the object %j is refused, not a fault', (object) => {
  const review = recorded('deployment');
  const done = answered({ ...review, request: { ...review.request, object: object as never } });
  expect(done.response).toMatchObject({
    allowed: false,
    status: { message: 'lictor: the pod has no containers' },
  });
});

test('a random change of lists and mappings is found again by its patch', () => {
  const random = seeded(18);
  const value = (depth: number): JsonValue => {
    if (depth === 0 || random() < 0.3) return pick<JsonValue>(random, ['a', 1, null, true, [], {}]);
    if (random() < 0.5)
      return Array.from({ length: Math.floor(random() * 4) }, (_, index) => ({
        name: `n${index}`,
        value: value(depth - 1),
      }));
    return Object.fromEntries(
      ['a/b', 'c~d', 'e'].filter(() => random() < 0.7).map((name) => [name, value(depth - 1)]),
    );
  };
  const shuffled = (from: JsonValue): JsonValue => {
    if (Array.isArray(from))
      return [...(from as readonly JsonValue[]).filter(() => random() < 0.8).map(shuffled), { name: 'new' }];
    if (typeof from !== 'object' || from === null) return random() < 0.8 ? from : 'other';
    const kept = Object.entries(from).filter(() => random() < 0.9);
    return {
      ...Object.fromEntries(kept.map(([name, each]) => [name, shuffled(each)])),
      ...(random() < 0.5 && { z: 1 }),
    };
  };
  for (let index = 0; index < 2000; index++) {
    const before = value(4);
    const after = random() < 0.9 ? shuffled(before) : value(4);
    const patch = jsonPatch(difference(before, after));
    expect(applyPatch(before, patch)).toEqual(after);
  }
});

test('lists are compared in one pass, since a pod may have any number of containers', () => {
  let reads = 0;
  const counted = (name: string): JsonObject => ({
    get name() {
      reads++;
      return name;
    },
  });
  const names = Array.from({ length: 1000 }, (_, index) => `c${index}`);
  const before = names.map(counted);
  difference(before, [...names.map((name) => ({ name: `new-${name}` })), ...names.map((name) => ({ name }))]);
  expect(reads).toBeLessThan(10 * names.length);
});

test('a refusal names a bounded number of wrong annotations, each with a bounded text', () => {
  const review = recorded('bare-pod');
  const names = Array.from({ length: 1000 }, (_, index) => `lictor.dev/x${index}${'x'.repeat(5000)}`);
  const annotations = Object.fromEntries(names.map((name) => [name, 'true']));
  const metadata = { annotations: { ...annotations } };
  const object = { ...review.request.object, metadata };
  const { result, notes } = answered({ ...review, request: { ...review.request, object } });
  expect([result, notes.length]).toEqual(['refused', 20]);
  expect(Math.max(...notes.map(({ length }) => length))).toBe(2000);
});

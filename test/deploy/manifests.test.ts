import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from '../../src/engine/request/attributes.ts';
import { injectPod } from '../../src/tools/inject/inject-pod.ts';
import { nameOf } from '../../src/tools/inject/json.ts';
import { optionSource } from '../../src/tools/inject/read-options.ts';
import { expectGolden } from '../support/generated.ts';
import { inProcess } from '../support/in-process.ts';

/** The configuration of Envoy is no object of Kubernetes. */
const ENVOY = 'deploy/kustomize/base/envoy.yaml';
const FILES = globSync('deploy/kustomize/**/*.yaml')
  .filter((path) => path !== ENVOY)
  .toSorted();

function documentsOf(path: string): readonly JsonObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8'), { merge: true }).map(
    (document) => document.toJS() as JsonObject,
  );
}

/** Values of a name, wherever it is in a document. */
function valuesOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesOf(each, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) => [
    ...(key === name ? [each] : []),
    ...valuesOf(each, name),
  ]);
}

test.each(FILES)('%s has objects of Kubernetes', (path) => {
  const documents = parseAllDocuments(readFileSync(path, 'utf8'), { merge: true });
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  for (const document of documents) {
    const object = document.toJS() as JsonObject;
    expect(object).toMatchObject({
      apiVersion: expect.stringMatching(/^([a-z0-9.-]+\/)?v\d+((alpha|beta)\d+)?$/),
      kind: expect.stringMatching(/^[A-Z][A-Za-z]+$/),
    });
    if (object['kind'] !== 'Kustomization')
      expect(object).toMatchObject({
        metadata: { name: expect.stringMatching(/^[a-z0-9][a-z0-9.-]{0,252}$/) },
      });
  }
});

test.each(FILES.filter((path) => path.endsWith('kustomization.yaml')))(
  '%s refers to files that exist',
  (path) => {
    const [kustomization] = documentsOf(path);
    const resources = valuesOf(kustomization, 'resources').flat().map(String);
    const files = valuesOf(kustomization, 'files').flat().map(String);
    expect(resources.length + files.length).toBeGreaterThan(0);
    const targets = resources.map((target) => {
      const at = join(dirname(path), target);
      return existsSync(at) && statSync(at).isDirectory() ? join(at, 'kustomization.yaml') : at;
    });
    expect(
      [...targets, ...files.map((file) => join(dirname(path), file))].filter((each) => !existsSync(each)),
    ).toEqual([]);
  },
);

describe('the pods of deploy/kustomize/base', () => {
  const templates = FILES.filter((path) => path.startsWith('deploy/kustomize/base/'))
    .flatMap(documentsOf)
    .filter(({ kind }) => kind === 'Deployment' || kind === 'CronJob')
    .map((object) => [nameOf(object['metadata']), valuesOf(object, 'template')[0] as JsonObject] as const);

  test.each(templates)('%s: each mount has a volume', (_, { spec }) => {
    const volumes = valuesOf(spec, 'volumes')
      .flat()
      .map((each) => (each as JsonObject)['name']);
    const mounts = valuesOf(spec, 'volumeMounts')
      .flat()
      .map((each) => (each as JsonObject)['name']);
    expect(mounts.filter((name) => !volumes.includes(name))).toEqual([]);
  });

  test('the service gets the sidecar, and the job opts out', () => {
    const kinds = templates.map(([name, template]) => [
      name,
      injectPod(
        template,
        optionSource(new Map(), (option) => option),
      ).kind,
    ]);
    expect(Object.fromEntries(kinds)).toEqual({ orders: 'injected', report: 'skipped' });
  });

  test('Envoy has the configuration of deploy/envoy.yaml', () => {
    expectGolden(readFileSync('deploy/envoy.yaml', 'utf8'), readFileSync(ENVOY, 'utf8'), (text) =>
      writeFileSync(ENVOY, text),
    );
  });

  test('Envoy has the socket that deploy/envoy.yaml names', () => {
    const [, template] = templates.find(([name]) => name === 'orders') ?? [];
    const result = injectPod(
      template ?? {},
      optionSource(new Map(), (option) => option),
    );
    const text = JSON.stringify(result);
    expect(readFileSync('deploy/envoy.yaml', 'utf8')).toContain('path: /run/lictor/authz.sock');
    expect(text).toContain('--listen=unix:/run/lictor/authz.sock');
  });
});

test('the policies of deploy/kustomize/base compile without a warning', async () => {
  const { code, stdout, stderr } = await inProcess(
    ['check', '--strict', 'deploy/kustomize/base/policies'],
    process.cwd(),
    {},
  );
  expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('no errors')]);
});

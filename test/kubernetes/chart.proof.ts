import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { RENDERED, resourceText } from '../support/rendered-chart.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';
import { CHART_FOLDER } from './chart.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { SCHEMA_FILE, writeSchemas } from './openapi-schemas.ts';
import { outputOf, runProgram } from './programs.ts';

/** Values that render every template, and each of its branches. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  'the defaults': [],
  'without the sidecar where it cannot be added': ['--set=injection.failurePolicy=Ignore'],
  'by nothing': ['--set=injection.by=none'],
  everything: [
    '--set=image.digest=sha256:0123456789012345678901234567890123456789012345678901234567890123',
    '--set=labels.team=platform',
    '--set=injection.options.memory=256Mi',
    '--set=policies.namespaces={orders,stock}',
    '--set-json=policies.files={"orders.yaml":"apiVersion: lictor/v1\\n"}',
    '--set-json=policies.editors=[{"kind":"ServiceAccount","name":"deployer","namespace":"ci"}]',
    '--set=monitoring.podMonitor.enabled=true',
    '--set=monitoring.podMonitor.namespaces={orders}',
    '--set=monitoring.podMonitor.labels.release=prometheus',
  ],
};

/** Kinds of other projects, of which the API server has no schema. */
const FOREIGN = ['Certificate', 'Issuer', 'PodMonitor', 'ServiceMonitor', 'Kustomization'];

function template(values: readonly string[]): Promise<string> {
  return outputOf('helm', ['template', 'lictor', CHART_FOLDER, '--namespace', 'lictor', ...values]);
}

describe('the chart', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let schemas: string;
  beforeAll(async () => {
    cluster = await startCluster(stack, { hasControllers: false });
    schemas = join(await scratchFolder(stack), 'schemas');
    const kinds = await writeSchemas(await cluster.kubectl.output(['get', '--raw', '/openapi/v2']), schemas);
    expect(kinds).toBeGreaterThan(200);
  });
  afterAll(() => stack.disposeAsync());

  function validate(manifests: string): ReturnType<typeof runProgram> {
    const args = [
      '-strict',
      '-summary',
      '-skip',
      FOREIGN.join(','),
      '-schema-location',
      join(schemas, SCHEMA_FILE),
      '-',
    ];
    return runProgram('kubeconform', args, { input: manifests });
  }

  test.each(Object.entries(VARIANTS))('lint, and schemas of the API server: %s', async (_, values) => {
    await outputOf('helm', ['lint', '--strict', CHART_FOLDER, '--namespace', 'lictor', ...values]);
    const rendered = await template(values);
    const { code, stdout } = await validate(rendered);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Invalid: 0, Errors: 0/)]);
  });

  test.each(Object.entries(VARIANTS))('the API server takes it: %s', async (_, values) => {
    const objects = parseAllDocuments(await template(values))
      .map(
        (document) =>
          document.toJS() as {
            readonly kind: string;
            readonly metadata: { readonly namespace?: string };
          } | null,
      )
      .filter((object) => object !== null && !FOREIGN.includes(object.kind));
    for (const namespace of new Set(objects.map((object) => object?.metadata.namespace ?? 'default')))
      await cluster.kubectl.run(['create', 'namespace', namespace]);
    if (objects.length === 0) return;
    const { code, stderr } = await cluster.kubectl.run(
      ['apply', '--dry-run=server', '--validate=strict', '-f', '-'],
      objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  test('kubeconform refuses an unknown field and a wrong type', async () => {
    const broken = (await template([])).replace(
      'failurePolicy: Fail',
      'failurePolicy: 1\n  failPolicy: Fail',
    );
    const { code, stdout } = await validate(broken);
    expect(code).toBe(1);
    expect(stdout).toMatch(/failurePolicy/);
    expect(stdout).toMatch(/failPolicy'? not allowed|additional properties 'failPolicy'/);
  });

  test('values that the schema does not allow are refused with their path', async () => {
    const { code, stderr } = await runProgram('helm', [
      'template',
      'lictor',
      CHART_FOLDER,
      '--set=injection.failurepolicy=Fail',
    ]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/injection/)]);
  });
});

describe('deploy/kustomize', () => {
  test.each(Object.entries(RENDERED))('%s is what the chart renders', async (path, values) => {
    const file = fileURLToPath(new URL(path, ROOT));
    const text = resourceText(await template(values));
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, text);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});

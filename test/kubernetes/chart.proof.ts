import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { CHART_VARIANTS } from '../support/chart-variants.ts';
import { RENDERED, resourceText } from '../support/rendered-chart.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';
import { CHART_FOLDER } from './chart.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { SCHEMA_FILE, writeSchemas } from './openapi-schemas.ts';
import { outputOf, runProgram } from './programs.ts';

/** Kinds of other projects, of which the API server has no schema. */
const FOREIGN = ['Certificate', 'Issuer', 'PodMonitor', 'ServiceMonitor', 'Kustomization'];

function template(values: readonly string[]): Promise<string> {
  return outputOf('helm', ['template', 'lictor', CHART_FOLDER, '--namespace', 'lictor', ...values]);
}

function foreignObjects(rendered: string): { readonly kinds: readonly string[]; readonly text: string } {
  const objects = parseAllDocuments(rendered)
    .map((document) => document.toJS() as { readonly kind: string } | null)
    .filter((object) => object !== null)
    .filter(({ kind }) => FOREIGN.includes(kind));
  return {
    kinds: objects.map(({ kind }) => kind),
    text: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
  };
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

  test.each(Object.entries(CHART_VARIANTS))('lint, and schemas of the API server: %s', async (_, values) => {
    await outputOf('helm', ['lint', '--strict', CHART_FOLDER, '--namespace', 'lictor', ...values]);
    const rendered = await template(values);
    const { code, stdout } = await validate(rendered);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Invalid: 0, Errors: 0/)]);
  });

  test.each(Object.entries(CHART_VARIANTS))('the API server takes it: %s', async (_, values) => {
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

  test.each(Object.entries(CHART_VARIANTS))('types of other projects: %s', async (_, values) => {
    const { kinds, text } = foreignObjects(await template(values));
    if (kinds.length === 0) return;
    expect(await outputOf('foreign-kinds', [], { input: text })).toBe(`${kinds.length}\n`);
  });

  test('objects of other projects are among what is checked, and an unknown field of one is refused', async () => {
    const rendered = await Promise.all(Object.values(CHART_VARIANTS).map(template));
    const objects = rendered.map(foreignObjects);
    expect([...new Set(objects.flatMap(({ kinds }) => kinds))].toSorted()).toEqual([
      'Certificate',
      'Issuer',
      'PodMonitor',
      'ServiceMonitor',
    ]);
    const broken = objects.map(({ text }) => text.replace('"interval"', '"intervall"'));
    const { code, stderr } = await runProgram('foreign-kinds', [], {
      input: broken.find((text) => text.includes('intervall')) ?? '',
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('unknown field "intervall"')]);
  });

  test('kubeconform refuses an unknown field and a wrong type', async () => {
    const broken = (await template(['--set=injection.by=webhook'])).replace(
      'replicas: 2',
      'replicas: two\n  replica: 2',
    );
    const { code, stdout } = await validate(broken);
    expect(code).toBe(1);
    expect(stdout).toMatch(/replicas/);
    expect(stdout).toMatch(/replica'? not allowed|additional properties 'replica'/);
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

  test('an upgrade keeps the generated certificate', async () => {
    const secret = async (): Promise<unknown> => {
      const { data } = (await cluster.kubectl.get('-n', 'kept', 'secret', 'lictor-webhook-tls')) as {
        readonly data: unknown;
      };
      return data;
    };
    const env = { KUBECONFIG: cluster.kubeconfig, HOME: cluster.folder };
    const args = [
      'upgrade',
      '--install',
      'lictor',
      CHART_FOLDER,
      '--namespace',
      'kept',
      '--create-namespace',
      '--set=injection.by=webhook',
    ];
    await outputOf('helm', args, { env });
    const first = await secret();
    await outputOf('helm', [...args, '--set=webhook.replicas=3'], { env });
    expect(await secret()).toEqual(first);
    const { webhooks } = (await cluster.kubectl.get('mutatingwebhookconfiguration', 'lictor-webhook')) as {
      readonly webhooks: readonly { readonly clientConfig: { readonly caBundle: string } }[];
    };
    expect(webhooks.map(({ clientConfig }) => clientConfig.caBundle)).toEqual(
      [1, 2].map(() => (first as Readonly<Record<string, string>>)['ca.crt']),
    );
    await outputOf('helm', ['uninstall', 'lictor', '--namespace', 'kept'], { env });
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

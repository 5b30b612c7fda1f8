import { globSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';
import { CHART, chartSchema, chartValues, valuesOf } from '../support/chart-reference.ts';

const TEMPLATES = globSync(`${CHART}/templates/*`).toSorted();

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}

function problemsOf(values: unknown): readonly string[] {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(chartSchema());
  validate(values);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function changed(path: readonly string[], value: unknown): unknown {
  const values: unknown = structuredClone(chartValues());
  let at = values;
  for (const name of path.slice(0, -1)) at = Reflect.get(at as object, name);
  Reflect.set(at as object, path.at(-1) ?? '', value);
  return values;
}

describe('the values of the chart', () => {
  test('the defaults are valid', () => {
    expect(problemsOf(chartValues())).toEqual([]);
  });

  test.each([
    [['image', 'digest'], 'sha256:12', '/image/digest must match pattern'],
    [['injection', 'by'], 'magic', '/injection/by must be equal to one of the allowed values'],
    [['injection', 'failurepolicy'], 'Fail', '/injection must NOT have additional properties'],
    [['injection', 'options', 'memory'], '64Mi', '/injection/options/memory must match pattern'],
    [['injection', 'options', 'memmory'], '192Mi', '/injection/options must NOT have additional properties'],
    [['webhook', 'timeoutSeconds'], 31, '/webhook/timeoutSeconds must be <= 30'],
    [
      ['webhook', 'certificate', 'source'],
      'secret',
      '/webhook/certificate/secretName must NOT have fewer than 1',
    ],
    [['webhook', 'host'], '::', '/webhook/host must be equal to one of the allowed values'],
    [['webhook', 'podDisruptionBudget', 'maxUnavailable'], 0, '/maxUnavailable must be >= 1'],
    [['webhook', 'podDisruptionBudget', 'maxUnavailable'], '0%', '/maxUnavailable must match pattern'],
    ...['labels', 'webhook.podLabels', 'monitoring.podMonitor.labels'].map(
      (path): [string[], unknown, string] => [
        path.split('.'),
        { 'app.kubernetes.io/name': 'other' },
        `/${path.replaceAll('.', '/')} property name must be valid`,
      ],
    ),
    [['policies', 'files', 'a.yaml'], { kind: 'Policy' }, '/policies/files/a.yaml must be string'],
  ])('%j = %j is refused', (path, value, problem) => {
    expect(problemsOf(changed(path, value)).join('\n')).toContain(problem);
  });

  test('each has a default, and a phrase for the reference', () => {
    const rows = valuesOf(chartSchema(), chartValues());
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter((row) => row.default === undefined || row.doc === '')).toEqual([]);
  });

  test('each default is in the schema', () => {
    const known = new Set(valuesOf(chartSchema(), chartValues()).map(({ path }) => path));
    expect(pathsOf(chartValues(), known).filter((path) => !known.has(path))).toEqual([]);
  });

  test('each is read by a template, and a template reads no other', () => {
    const paths = valuesOf(chartSchema(), chartValues()).map(({ path }) => path);
    const read = readPaths(TEMPLATES.map(textOf).join('\n'));
    expect(read.filter((path) => !paths.some((known) => related(known, path)))).toEqual([]);
    expect(paths.filter((path) => !read.some((seen) => related(path, seen)))).toEqual([]);
  });
});

/** Paths of what is in a value, down to those that are known. */
function pathsOf(value: unknown, known: ReadonlySet<string>, path = ''): readonly string[] {
  if (known.has(path) || typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, below]) =>
    pathsOf(below, known, path === '' ? name : `${path}.${name}`),
  );
}

/** Names by which templates call a part of the values. */
const SHORT: Readonly<Record<string, string>> = {
  $webhook: 'webhook',
  $certificate: 'webhook.certificate',
  $manager: 'webhook.certificate.certManager',
  $image: 'image',
};

/** Paths of the values that templates read, a dot at the end where `with` reads what is below. */
function readPaths(text: string): readonly string[] {
  const direct = [...text.matchAll(/\.Values\.([A-Za-z.]+)/g)].map(([, path = '']) => path);
  const short = [...text.matchAll(/(\$[a-z]+)\.([A-Za-z.]+)/g)].flatMap(([, name = '', path = '']) =>
    SHORT[name] === undefined ? [] : [`${SHORT[name]}.${path}`],
  );
  return [...new Set([...direct, ...short])].filter((path) => !Object.values(SHORT).includes(path));
}

function related(known: string, read: string): boolean {
  return known === read || known.startsWith(`${read}.`) || read.startsWith(`${known}.`);
}

describe('the webhook that is rendered', () => {
  const rendered = readFileSync('deploy/kustomize/injection/webhook/injection.yaml', 'utf8');

  test('has pods that are evicted one by one, and spread by version', () => {
    expect(rendered).toContain('\n  maxUnavailable: 1\n');
    expect(rendered).toContain('\n          matchLabelKeys: [pod-template-hash]\n');
  });

  test('listens at the host of the values', () => {
    expect(rendered).toContain('- "--listen=0.0.0.0:8443"');
    expect(rendered).toContain('- "--probe=0.0.0.0:9193"');
  });
});

describe('the files of the chart', () => {
  test.each(globSync([`${CHART}/*.yaml`, `${CHART}/files/*.yaml`]).toSorted())('%s is YAML', (path) => {
    const documents = parseAllDocuments(textOf(path), { merge: true });
    expect(documents.length).toBeGreaterThan(0);
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });

  test('has the version of the package', () => {
    const { version } = JSON.parse(textOf('package.json')) as { readonly version: string };
    expect(parse(textOf(`${CHART}/Chart.yaml`))).toMatchObject({ version, appVersion: version });
  });

  test.each(TEMPLATES)('%s closes each block that it opens', (path) => {
    const actions = [...textOf(path).matchAll(/\{\{-?\s*(?!\/\*)([a-z]+)/g)].map(([, word]) => word);
    const opened = actions.filter((word) => ['if', 'range', 'with', 'define', 'block'].includes(word ?? ''));
    expect(actions.filter((word) => word === 'end')).toHaveLength(opened.length);
  });
});

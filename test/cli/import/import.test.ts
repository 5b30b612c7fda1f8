import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lictor } from '../../support/command.ts';
import { withFolderOfEachTest } from '../../support/each-folder.ts';
import { expectGolden } from '../../support/generated.ts';
import { inProcess } from '../../support/in-process.ts';
import { ROOT } from '../../support/tools.ts';
import { randomIstio } from './random-istio.ts';

const FILES = [
  ['istio', 'istio.yaml'],
  ['openapi', 'openapi.yaml'],
  ['opa-data', 'data.json'],
] as const;

const foreign = (name: string): string => fileURLToPath(new URL(`test/tools/import/files/${name}`, ROOT));

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

/** The folder has no diagnostics, is formatted, and its tests pass; gives the number of cases. */
async function expectGood(folder: string): Promise<number> {
  expect(await inProcess(['check', '--strict', folder], directory)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/: no errors\n$/),
    stderr: '',
  });
  expect(await inProcess(['fmt', '--check', folder], directory)).toMatchObject({ code: 0, stdout: '' });
  const { code, stdout } = await inProcess(['test', folder], directory);
  const [, cases] = /^(\d+) passed \(/m.exec(stdout) ?? [];
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+ passed \(\d+ case/m),
  });
  return Number(cases);
}

test.each([
  ['https://login.acme.example/', 'keys: {discovery: true}', ''],
  ['login@acme.example', 'jwksUri: "https://acme.example/.well-known/jwks.json"', 'is not a URL'],
])('keys of Istio without a URL, for the issuer %s', async (issuer, keys, remark) => {
  const rule = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  jwtRules: [{issuer: "${issuer}", audiences: [orders]}]
`;
  await writeFile(join(directory, 'istio.yaml'), rule);
  const { code, stdout } = await inProcess(['import', 'istio', 'istio.yaml'], directory);
  expect(code).toBe(0);
  expect(stdout).toContain(keys);
  expect(stdout).toContain(remark);
  await mkdir(join(directory, 'imported'));
  await writeFile(join(directory, 'imported/all.yaml'), stdout);
  expect(await expectGood('imported')).toBe(1);
});

describe.each(FILES)('lictor import %s', (source, file) => {
  const golden = fileURLToPath(new URL(`test/golden/import/${source}.yaml`, ROOT));

  test('prints the golden policies, which pass check, fmt and test', async () => {
    const { code, stdout, stderr } = await inProcess(['import', source, foreign(file)], directory);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expectGolden(stdout, readGolden(golden), (text) => writeFileSync(golden, text));
    await mkdir(join(directory, 'imported'));
    await writeFile(join(directory, 'imported/all.yaml'), stdout);
    expect(await expectGood('imported')).toBeGreaterThan(0);
  });

  test('writes a file of policies and one of tests, and replaces nothing', async () => {
    const args = ['import', source, foreign(file), '--out', 'a/b'];
    expect(await inProcess(args, directory)).toEqual({
      code: 0,
      stdout: `a/b/${source}.yaml\na/b/${source}.test.yaml\n`,
      stderr: '',
    });
    await expectGood('a/b');
    expect((await readdir(join(directory, 'a/b'))).toSorted()).toEqual([
      `${source}.test.yaml`,
      `${source}.yaml`,
    ]);
    expect(await inProcess(args, directory)).toEqual({
      code: 2,
      stdout: '',
      stderr: `lictor import: \`a/b/${source}.yaml\` exists, and is not replaced\n`,
    });
  });
});

function readGolden(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'policies of Istio made at random (%i) decide the same after the import',
  async (seed) => {
    await writeFile(join(directory, 'istio.json'), JSON.stringify(randomIstio(seed)));
    expect(await inProcess(['import', 'istio', 'istio.json', '--out', 'out'], directory)).toMatchObject({
      code: 0,
    });
    const { stdout } = await inProcess(['test', 'out'], directory);
    expect(stdout).toMatch(/^\d+ passed \(\d+ cases?, /m);
  },
);

test('an OpenAPI document with odd paths: what no request can have is left out, and all else is allowed', async () => {
  const args = ['import', 'openapi', foreign('odd-openapi.yaml'), '--out', 'out'];
  expect(await inProcess(args, directory)).toMatchObject({ code: 0, stderr: '' });
  expect(await expectGood('out')).toBe(29);
  const text = readFileSync(join(directory, 'out/openapi.yaml'), 'utf8');
  expect(text.match(/was left out/g)).toHaveLength(6);
  expect(text).toContain('when: "request.url_path.matches(\'^/[^/]+/projects/[^/]+:cancel$\')"');
});

test.each([
  ['../v2/./api?version=1', '/v2/api/orders'],
  ['https://shop.acme.example/api/internal/../#top', '/api/orders'],
  ['/../..', '/orders'],
])('the base path of the server %s is resolved as clients do', async (url, path) => {
  const document = { openapi: '3.0.0', servers: [{ url }], paths: { '/orders': { get: { responses: {} } } } };
  await writeFile(join(directory, 'dots.yaml'), JSON.stringify(document));
  const { code, stdout } = await inProcess(['import', 'openapi', 'dots.yaml'], directory);
  expect(code).toBe(0);
  const paths = new Set(stdout.match(/(?<=[[ "])\/[\w/.?#]*orders/g));
  expect([...paths]).toEqual([path]);
});

test('a pipe: import, then test', async () => {
  const input = readFileSync(foreign('openapi.yaml'), 'utf8');
  const imported = await lictor(['import', 'openapi', '-'], { directory, input });
  const tested = await lictor(['test', '-'], { directory, input: imported.stdout });
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringMatching(/^15 passed/m) });
});

test.each<readonly [string, string, string, string]>([
  ['an unknown source', 'opa', '{}', 'unknown source `opa`; write `istio`, `openapi`, `opa-data`'],
  ['broken YAML', 'istio', 'a: [', '`file.yaml` cannot be read'],
  [
    'nothing of Istio',
    'istio',
    'kind: Service',
    '`file.yaml` has no AuthorizationPolicy or RequestAuthentication of Istio',
  ],
  ['an old version', 'openapi', 'swagger: "2.0"', '`file.yaml` is not an OpenAPI 3 document'],
  ['no operations', 'openapi', 'openapi: 3.0.0', '`file.yaml` has no operations'],
  ['data that is one value', 'opa-data', '7', '`file.yaml` is neither an object with members nor a list'],
])('%s is wrong usage', async (_, source, text, message) => {
  await writeFile(join(directory, 'file.yaml'), text);
  const ended = await inProcess(['import', source, 'file.yaml'], directory);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(`lictor import: ${message}\n`);
});

test('a file that does not exist is wrong usage', async () => {
  expect(await inProcess(['import', 'istio', 'none.yaml'], directory)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'lictor import: `none.yaml` does not exist\n',
  });
});

test('text of the foreign document cannot leave a comment or a name', async () => {
  const evil = 'x\nkind: Policy\u2028# `a`: {}';
  const document = {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: evil, namespace: evil },
    spec: {
      selector: { matchLabels: { app: evil } },
      [evil]: 1,
      action: 'DENY',
      rules: [{ from: [{ source: { [evil]: ['x'] } }] }],
    },
  };
  await writeFile(join(directory, 'evil.json'), JSON.stringify(document));
  expect(await inProcess(['import', 'istio', 'evil.json', '--out', 'out'], directory)).toMatchObject({
    code: 0,
  });
  expect(await inProcess(['test', 'out'], directory)).toMatchObject({ code: 0 });
});

test('data whose names no expression can read gets others', async () => {
  await writeFile(join(directory, 'data.json'), '{"constructor": ["a"], "2024": ["b"], "in": {"c": 1}}');
  expect(await inProcess(['import', 'opa-data', 'data.json', '--out', 'out'], directory)).toMatchObject({
    code: 0,
  });
  expect(await expectGood('out')).toBe(1);
});

const POLICY = 'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a}\nspec:\n  ';
const CALLER = '{source: {principals: [cluster.local/ns/a/sa/b]}}';

/** Read with what is left of them, each of these would allow every caller, or deny nobody. */
test.each([
  ['istio', `${POLICY}rules: [{from: ${CALLER}}]`, '`spec.rules[0].from` is not a list'],
  ['istio', `${POLICY}rules: [{form: [${CALLER}]}]`, '`spec.rules[0].form` is not a known field'],
  [
    'istio',
    `${POLICY}rules: [{from: [{principals: [a/b]}]}]`,
    '`spec.rules[0].from[0].principals` is not a known field',
  ],
  [
    'istio',
    `${POLICY}rules: [{from: [{source: {principals: a/b}}]}]`,
    '`spec.rules[0].from[0].source.principals` is not a list of texts',
  ],
  [
    'istio',
    `${POLICY}rules: [{when: {key: source.ip, values: [10.0.0.1]}}]`,
    '`spec.rules[0].when` is not a list',
  ],
  ['istio', `${POLICY}rules: [{from: []}]`, '`spec.rules[0].from` is empty'],
  ['istio', `${POLICY}rules: [{from: [{}]}]`, '`spec.rules[0].from[0]` has no `source`'],
  [
    'istio',
    `${POLICY}rules: [{from: [{source: {principals: []}}]}]`,
    '`spec.rules[0].from[0].source` has no values',
  ],
  ['istio', `${POLICY}rules: [{when: [{key: source.ip}]}]`, '`spec.rules[0].when[0]` has no values'],
  ['istio', `${POLICY}rules: [{to: [text]}]`, '`spec.rules[0].to[0]` is not a mapping'],
  ['istio', `${POLICY}action: DENY\n  rules: {to: []}`, '`spec.rules` is not a list'],
  ['istio', `${POLICY}action: deny\n  rules: [{}]`, '`spec.action` is not a known action'],
  ['openapi', openApi('{bearer: [read]}'), '`security` is not a list'],
  ['openapi', openApi('bearer'), '`security` is not a list'],
  ['openapi', openApi('[bearer]'), '`security[0]` is not a mapping'],
  ['openapi', openApi('[{bearer: []}, null]'), '`security[1]` is not a mapping'],
  ['openapi', openApi('[{bearer: read}]'), '`security[0].bearer` is not a list of texts'],
] as const)('a file of %s that its product does not accept is refused: %j', async (source, text, problem) => {
  await writeFile(join(directory, 'foreign.yaml'), text);
  const { code, stdout, stderr } = await inProcess(['import', source, 'foreign.yaml'], directory);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`does not accept: ${problem}`);
});

/** An OpenAPI document with an operation of this `security`. */
function openApi(security: string): string {
  return `openapi: 3.1.0
info: {title: orders, version: "1"}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths: {/orders: {get: {security: ${security}}}}
`;
}

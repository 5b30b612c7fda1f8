import { memoryFiles } from '../../policy/memory-files.ts';
import { compileFolder } from '../../support/compile.ts';
import { LanguageClient } from '../../support/language-client.ts';

const FILES = {
  'lictor.yaml': '',
  'orders/policy.yaml': `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders, owner: team-orders, controls: [SOC2-CC6.1]}
spec:
  match: [{hosts: [orders.acme.svc], paths: ["/api/orders/{id}"]}]
  authenticate:
    mtls: {principals: ["spiffe://acme.example/ns/shop/sa/checkout"]}
    jwt: {issuers: [acme]}
  rules:
    - name: read
      effect: allow
      match: [{methods: [PROPFIND]}]
      when: "true || [HERE]"
`,
  'acme.yaml': `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme, owner: team-login}
spec:
  issuer: https://login.acme.example
  audiences: [orders]
  requireClaims: [tenant]
  keys: {jwksFile: keys/login.json}
`,
  'orders/policy.test.yaml': `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  callers:
    report:
      principal: spiffe://acme.example/ns/bi/sa/report
      jwt: {issuer: acme, claims: {region: eu, scope: "orders:read orders:write"}}
  cases:
    - name: a
      caller: report
      request: {host: reports.acme.svc, path: "/api/reports?year=1", headers: {X-Tenant: a}}
      expect: {decision: deny}
    - name: b
      request: {host: reports.acme.svc, headers: {x-region: eu}}
      expect: {decision: deny}
`,
  'new.yaml': `apiVersion: lictor/v1
kind: Policy
metadata: {name: new}
spec:
  match: [{hosts: [new.acme.svc]}]
  rules:
    - {name: all, effect: allow}
`,
  'keys/login.json': '{"keys": []}',
  'schemas/order.json': '{}',
  'data/tenants.csv': 'a,b\n1,2\n',
  'data/list.yaml': '- a\n',
} as const;

const stack = new AsyncDisposableStack();
let client: LanguageClient;

beforeAll(async () => {
  client = await LanguageClient.start(stack, FILES);
});

afterAll(() => stack.disposeAsync());

async function labels(path: keyof typeof FILES, from: string, to: string): Promise<readonly string[]> {
  expect(FILES[path]).toContain(from);
  const text: string = FILES[path];
  const items = await client.at<readonly { label: string }[] | null>(
    'textDocument/completion',
    path,
    text.replace(from, () => to),
  );
  client.type(path, text);
  return (items ?? []).map(({ label }) => label);
}

describe('values that other documents have are proposed', () => {
  const RULE = '    - {name: all, effect: allow}\n';

  test.each<[string, string, readonly string[]]>([
    ['methods', '    - {name: all, effect: allow, match: [{methods: [|]}]}\n', ['GET', 'DELETE', 'PROPFIND']],
    [
      'principals of policies and tests, and patterns for those beside them',
      '    - {name: all, effect: allow, from: [{principals: [|]}]}\n',
      [
        'spiffe://acme.example/ns/shop/sa/checkout',
        'spiffe://acme.example/ns/bi/sa/report',
        'spiffe://acme.example/ns/bi/sa/*',
      ],
    ],
    [
      'principals in quotes',
      '    - {name: all, from: [{principals: ["spiffe://acme.example/|"]}]}\n',
      ['spiffe://acme.example/ns/bi/sa/*'],
    ],
    [
      'scopes in tokens of tests',
      '    - {name: all, effect: allow, from: [{scopes: [|]}]}\n',
      ['orders:read', 'orders:write'],
    ],
    ['issuers', '    - {name: all, effect: allow, except: [{issuers: [|]}]}\n', ['acme']],
    ['claims', '    - {name: all, effect: allow, from: [{claims: {|}}]}\n', ['region', 'tenant']],
    [
      'parts of an entry',
      '    - {name: all, effect: allow, except: [{|}]}\n',
      ['principals', 'issuers', 'scopes', 'claims'],
    ],
    [
      'hosts',
      '    - {name: all, effect: allow, match: [{hosts: [|]}]}\n',
      ['orders.acme.svc', 'reports.acme.svc'],
    ],
    [
      'paths',
      '    - {name: all, effect: allow, match: [{paths: [|]}]}\n',
      ['/api/orders/{id}', '/api/reports'],
    ],
    [
      'schema files',
      `${RULE}  schemas: [{body: {jsonSchema: |}}]\n`,
      ['keys/login.json', 'schemas/order.json'],
    ],
    [
      'OpenAPI documents',
      `${RULE}  schemas: [{openapi: {document: |}}]\n`,
      ['data/list.yaml', 'schemas/order.json'],
    ],
    [
      'OpenAPI documents alone',
      `${RULE}  schemas: [{openapi: |}]\n`,
      ['data/list.yaml', 'schemas/order.json'],
    ],
  ])('%s', async (_, written, expected) => {
    expect(await labels('new.yaml', RULE, written)).toEqual(expect.arrayContaining([...expected]));
  });

  test.each<[string, string, string, readonly string[]]>([
    ['owners', '{name: new}', '{name: new, owner: |}', ['team-login', 'team-orders']],
    ['controls', '{name: new}', '{name: new, controls: [|]}', ['SOC2-CC6.1']],
    ['required headers', 'spec:\n', 'spec:\n  requireHeaders: [|]\n', ['x-region', 'x-tenant']],
  ])('%s', async (_, from, to, expected) => {
    expect(await labels('new.yaml', from, to)).toEqual(expected);
  });

  test('files relative to the file that names them', async () => {
    const from = '      when: "true || [HERE]"\n';
    const found = await labels(
      'orders/policy.yaml',
      from,
      '  schemas:\n    - body:\n        jsonSchema: |\n',
    );
    expect(found).toEqual(['../keys/login.json', '../schemas/order.json']);
  });

  test('files with data for a dataset, and no policies', async () => {
    const dataset = 'apiVersion: lictor/v1\nkind: Dataset\nmetadata: {name: d}\nspec: {file: |}\n';
    const found = await labels('new.yaml', FILES['new.yaml'], dataset);
    expect(found).toEqual(
      expect.arrayContaining(['data/list.yaml', 'data/tenants.csv', 'schemas/order.json']),
    );
  });

  test('headers and claims in tests', async () => {
    const test = 'orders/policy.test.yaml';
    expect(await labels(test, 'headers: {X-Tenant: a}', 'headers: {X-Tenant: a, |}')).toEqual(['x-region']);
    expect(await labels(test, 'claims: {region: eu, ', 'claims: {region: eu, |, ')).toEqual(['tenant']);
    expect(await labels(test, 'principal: spiffe://acme.example/ns/bi/sa/report', 'principal: |')).toEqual(
      expect.arrayContaining(['spiffe://acme.example/ns/shop/sa/checkout']),
    );
  });
});

describe('in strings of expressions, what the names hold is proposed', () => {
  test.each<[string, readonly string[]]>([
    ["request.headers['|'] == ''", ['x-tenant']],
    ["request.headers[?'x|'].orValue('') == ''", ['x-tenant']],
    ["'|' in request.headers", ['x-tenant']],
    ["jwt.claims['|'] == ''", ['region', 'tenant']],
    ["'orders:|' in jwt.scopes", ['orders:read', 'orders:write']],
    ["request.method == '|'", ['GET', 'PROPFIND']],
    ["request.method in ['GET', '|']", ['HEAD', 'PROPFIND']],
    ["'|' != request.host", ['orders.acme.svc']],
    ["source.principal == 'spiffe://|'", ['spiffe://acme.example/ns/bi/sa/report']],
  ])('%s', async (expression, expected) => {
    const quoted = await labels('orders/policy.yaml', 'true || [HERE]', expression);
    expect(quoted).toEqual(expect.arrayContaining([...expected]));
    const block = await labels('orders/policy.yaml', '"true || [HERE]"', `>-\n        ${expression}`);
    expect(block).toEqual(quoted);
  });

  test('but nothing in other strings', async () => {
    expect(await labels('orders/policy.yaml', 'true || [HERE]', "request.headers.size() == '|'")).toEqual([]);
  });
});

describe('snippets', () => {
  interface Item {
    readonly label: string;
    readonly insertTextFormat?: number;
    readonly textEdit: { readonly newText: string };
  }

  /** The snippets at a cursor, each as the text that an editor inserts, with the first of its choices. */
  async function inserted(
    path: string,
    text: string,
    hasSnippets: boolean,
  ): Promise<ReadonlyMap<string, string>> {
    await using own = new AsyncDisposableStack();
    const editor = await LanguageClient.start(own, { 'acme.yaml': FILES['acme.yaml'] }, { hasSnippets });
    const items = await editor.at<readonly Item[]>('textDocument/completion', path, text);
    const isSnippet = ({ insertTextFormat }: Item): boolean => insertTextFormat === 2;
    return new Map(
      items.filter(isSnippet).map(({ label, textEdit: { newText } }) => {
        const plain = newText.replaceAll(/\$\{\d+[:|]([^,}|]*)[^}]*\}/g, '$1');
        return [label, plain];
      }),
    );
  }

  test('of documents have no mistakes', async () => {
    const found = await inserted('new.yaml', '|', true);
    expect([...found.keys()]).toEqual([
      'new Policy',
      'new Issuer',
      'new PolicyTest',
      'new Dataset',
      'new Environment',
    ]);
    const files = Object.fromEntries(
      [...found].map(([label, text], index) => [`${index}-${label.slice(4)}.yaml`, text]),
    );
    const { diagnostics } = compileFolder(memoryFiles(files));
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual(
      [],
    );
  });

  test('of rules and cases are proposed in their lists', async () => {
    const policy = FILES['new.yaml'].replace('    - {name: all, effect: allow}', '    - |');
    expect([...(await inserted('new.yaml', policy, true)).keys()]).toEqual(['new rule']);
    const cases = 'apiVersion: lictor/v1\nkind: PolicyTest\nmetadata: {name: a}\nspec:\n  cases:\n    - |\n';
    expect([...(await inserted('a.yaml', cases, true)).keys()]).toEqual(['new case']);
  });

  test('are not sent to an editor without them', async () => {
    expect((await inserted('new.yaml', '|', false)).size).toBe(0);
  });
});

import { PRESET_NAMES } from '../../../src/policy/language/issuer-presets.ts';
import { LanguageClient } from '../../support/language-client.ts';
import { FOLDER } from './folder.ts';

interface Item {
  readonly label: string;
  readonly detail?: string;
  readonly documentation?: { readonly value: string };
  readonly textEdit: {
    readonly newText: string;
    readonly range: { readonly start: object; readonly end: object };
  };
}

const stack = new AsyncDisposableStack();
let client: LanguageClient;

beforeAll(async () => {
  client = await LanguageClient.start(stack, FOLDER);
});

afterAll(() => stack.disposeAsync());

/** Text of a file with `from` replaced by `to`. */
function changed(path: keyof typeof FOLDER, from: string, to: string): string {
  const text: string = FOLDER[path];
  expect(text).toContain(from);
  return text.replace(from, () => to);
}

async function itemsAt(path: keyof typeof FOLDER, from: string, to: string): Promise<readonly Item[]> {
  const items = await client.at<Item[] | null>('textDocument/completion', path, changed(path, from, to));
  client.type(path, FOLDER[path]);
  return items ?? [];
}

async function labelsAt(path: keyof typeof FOLDER, from: string, to: string): Promise<readonly string[]> {
  return (await itemsAt(path, from, to)).map(({ label }) => label);
}

describe('in YAML', () => {
  test('fields that the mapping does not have', async () => {
    const items = await itemsAt('orders.yaml', '      effect: deny\n', '      effect: deny\n      m|\n');
    expect(items.map(({ label }) => label)).toEqual([
      'mode',
      'match',
      'from',
      'except',
      'status',
      'message',
      'expires',
      'reason',
    ]);
    expect(items.find(({ label }) => label === 'message')).toMatchObject({
      documentation: {
        value: expect.stringContaining('for a deny rule: a sentence for the caller') as unknown,
      },
      textEdit: {
        newText: 'message: ',
        range: { start: { line: 18, character: 6 }, end: { line: 18, character: 7 } },
      },
    });
  });

  test.each([
    ['a new list item', 'orders.yaml', '    - name: exports', '    - |\n    - name: exports', 'effect'],
    ['the first field of a spec', 'data.yaml', 'spec: {values: [', 'spec: {ke|, values: [', 'key'],
    [
      'a field in flow style',
      'template.yaml',
      '{hosts: [{param: host}]}',
      '{hosts: [{param: host}], me|}',
      'methods',
    ],
    ['within metadata', 'orders.yaml', '{name: orders}', '{name: orders, o|}', 'owner'],
    ['a field of the document', 'orders.yaml', 'kind: Policy', 'ki|', 'kind'],
    ['a field of a template', 'template.yaml', '  variables: {', '  li|\n  variables: {', 'limits'],
    [
      'a field of a test request',
      'orders.test.yaml',
      'path: /}\n    invoice',
      'path: /, bo|}\n    invoice',
      'body',
    ],
    ['below a key', 'orders.yaml', '    jwt: {issuers: [acme]}', '    jwt:\n      |', 'issuers'],
  ] as const)('%s', async (_, path, from, to, expected) => {
    expect(await labelsAt(path, from, to)).toContain(expected);
  });

  test.each([
    ['an effect', 'orders.yaml', 'effect: deny', 'effect: |', ['allow', 'deny']],
    ['a mode', 'orders.yaml', '  variables:\n', '  mode: sh|\n  variables:\n', ['enforce', 'shadow']],
    ['a boolean', 'orders.yaml', '[acme]}', '[acme], required: |}', ['true', 'false']],
    [
      'a kind',
      'orders.yaml',
      'kind: Policy',
      'kind: Po|',
      ['Policy', 'Issuer', 'PolicyTest', 'TestFixtures', 'Dataset', 'Environment', 'PolicyTemplate'],
    ],
    ['a version', 'orders.yaml', 'apiVersion: lictor/v1', 'apiVersion: |', ['lictor/v1']],
    ['an issuer', 'orders.yaml', 'issuers: [acme]', 'issuers: [|]', ['acme']],
    [
      'a preset',
      'issuers.yaml',
      '  issuer: https://login.acme.example',
      '  preset: |\n  issuer: https://login.acme.example',
      [...PRESET_NAMES],
    ],
    ['a template', 'template.yaml', 'template: service', 'template: s|', ['service']],
    [
      'a parameter of an adopted template',
      'template.yaml',
      'with: {host: invoices.acme.svc}',
      'with: {h|}',
      ['host'],
    ],
    ['a parameter in a template', 'template.yaml', '{param: host}', '{param: |}', ['host']],
    ['an environment', 'orders.test.yaml', 'environment: production', 'environment: p|', ['production']],
    [
      'a policy in shadow mode',
      'data.yaml',
      'shadow: [strict]',
      'shadow: [|]',
      ['orders', 'invoices', 'strict'],
    ],
    ['a caller', 'orders.test.yaml', 'caller: checkout', 'caller: |', ['checkout', 'web']],
    [
      'a caller of a row',
      'orders.test.yaml',
      '      request: invoice',
      '      request: invoice\n      each: [{caller: |}]',
      ['checkout', 'web'],
    ],
    [
      'an earlier request',
      'orders.test.yaml',
      '      request: invoice',
      '      request: invoice\n      after: [{request: |}]',
      ['read', 'invoice', 'elsewhere'],
    ],
    [
      'a shadow policy',
      'orders.test.yaml',
      'shadow: {strict/no-bots: deny}',
      'shadow: {|}',
      ['orders', 'invoices', 'strict', 'strict/no-bots'],
    ],
    [
      'a shadow rule by its policy',
      'orders.test.yaml',
      'shadow: {strict/no-bots: deny}',
      'shadow: {strict/n|}',
      ['orders', 'invoices', 'strict', 'strict/no-bots'],
    ],
    [
      'the mode of a rule',
      'strict.yaml',
      'effect: deny, mode: shadow',
      'effect: deny, mode: |',
      ['enforce', 'shadow'],
    ],
    ['a request', 'orders.test.yaml', 'request: invoice', 'request: |', ['read', 'invoice', 'elsewhere']],
    [
      'a rule',
      'orders.test.yaml',
      'rule: orders/readers',
      'rule: orders/r|',
      ['orders/exports', 'orders/readers', 'invoices/read', 'strict/no-trace'],
    ],
    [
      'a caller of a matrix',
      'orders.test.yaml',
      'expect: {checkout: allow}',
      'expect: {ch|}',
      ['checkout', 'web'],
    ],
    [
      'a request of a matrix',
      'fixtures.yaml',
      'byRequest: {elsewhere: {own: deny}}',
      'byRequest: {|}',
      ['elsewhere'],
    ],
    ['a caller in a pair', 'fixtures.yaml', '{elsewhere: {own: deny}}', '{elsewhere: {|}}', ['own', 'web']],
    ['an answer', 'fixtures.yaml', 'expect: deny', 'expect: |', ['allow', 'deny']],
  ] as const)('%s', async (_, path, from, to, expected) => {
    expect((await labelsAt(path, from, to)).toSorted()).toEqual([...expected].toSorted());
  });

  test('a reason, with its status', async () => {
    const items = await itemsAt('orders.test.yaml', 'reason: allowed', 'reason: |');
    expect(items.find(({ label }) => label === 'rate_limited')).toMatchObject({ detail: '429' });
  });
});

describe('in texts with expressions', () => {
  const BODY = 'to ${variables.tenant},';

  test.each([
    ['to ${variables.|},', ['tenant']],
    ['to ${request.me|} and ${request.method},', ['method', 'headers']],
    // Not closed yet.
    ['to ${jwt.claims.ten|', ['tenant']],
    ['to ${re|},', ['request', 'size', 'has']],
  ])('%s', async (text, expected) => {
    expect(await labelsAt('orders.yaml', BODY, text)).toEqual(expect.arrayContaining([...expected]));
  });

  test.each(['to variables.|,', 'to $${variables.|},', 'to ${variables.tenant} request.|,'])(
    'nothing outside of expressions: %s',
    async (text) => {
      expect(await labelsAt('orders.yaml', BODY, text)).toEqual([]);
    },
  );
});

describe('in expressions', () => {
  const WHEN = "variables.tenant].exists(tenant, tenant.startsWith('x'))";

  test.each([
    ['roots', 're|', ['request', 'variables', 'data', 'env', 'size', 'has']],
    ['fields of a root', 'request.|', ['method', 'headers', 'url_path']],
    ['a partly typed field', 'request.me|', ['method', 'headers']],
    ['nested fields', 'source.spiffe.na|', ['namespace', 'trust_domain']],
    ['variables of the policy', 'variables.|', ['tenant']],
    ['datasets', 'data.|', ['export_jobs']],
    ['values of the environments', 'env.|', ['max_total']],
    ['methods of a string', 'request.method.|', ['startsWith', 'size', 'matches']],
    ['methods of a list, and macros', 'jwt.scopes.|', ['exists', 'size', 'join']],
    ['claims of issuers and tests', 'jwt.claims.|', ['tenant', 'scope']],
    ['a namespace', 'math.|', ['abs', 'greatest']],
    ['variables of a comprehension', '[1].exists(each, ea|)', ['each', 'request']],
    ['methods of a variable of a comprehension', "['a'].exists(each, each.|)", ['startsWith']],
    ['before other text', "request.| == 'GET' && true", ['method']],
  ])('%s', async (_, typed, expected) => {
    const labels = await labelsAt('orders.yaml', `"[${WHEN}"`, `"${typed}"`);
    expect(labels).toEqual(expect.arrayContaining(expected));
  });

  test('the parameters of the paths of the same policy, also of its template', async () => {
    const policy = (name: string, spec: string): string =>
      `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: ${name}}\nspec:\n${spec}`;
    const template = `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: of-paths}
spec:
  match: [{paths: ['/t/{outer}']}]
  rules: [{name: any, effect: deny, when: request.params.outer == ''}]
`;
    const own = `  uses: {template: of-paths}
  rules:
    - {name: read, effect: allow, match: [{paths: ['/t/{id}/parts/{part}']}], when: request.params.|}
`;
    const other = policy('other', "  match: [{paths: ['/o/{foreign}']}]\n");
    const text = `${template}---\n${other}---\n${policy('own', own)}`;
    const items = await client.at<Item[]>('textDocument/completion', 'path-names.yaml', text);
    const parameters = items.filter(({ detail }) => detail === 'parameter in the paths of this policy');
    expect(parameters.map(({ label }) => label).toSorted()).toEqual(['id', 'outer', 'part']);
    client.type('path-names.yaml', '');
  });

  test.each([
    ['a flow mapping', '    - {name: more, effect: deny, when: jwt.|'],
    ['a quote', '    - name: more\n      when: "jwt.|'],
    ['a quote in a flow mapping', "    - {name: more, when: 'jwt.|"],
    ['a list in a flow mapping', '    - {name: more, match: [{when: size(jwt.|'],
  ])('after %s that the line leaves open', async (_, line) => {
    const labels = await labelsAt('orders.yaml', '    - name: exports\n', `${line}\n    - name: exports\n`);
    expect(labels).toEqual(expect.arrayContaining(['claims', 'scopes']));
    expect(labels).not.toContain('request');
  });

  test('only members of the type', async () => {
    const text = await labelsAt('orders.yaml', `"[${WHEN}"`, '"request.method.|"');
    expect(text).not.toContain('exists');
    expect(text).not.toContain('getFullYear');
    const fields = await labelsAt('orders.yaml', `"[${WHEN}"`, '"request.|"');
    expect(fields).not.toContain('startsWith');
  });

  test('parameters in a template, and in a folded scalar', async () => {
    expect(await labelsAt('template.yaml', "params.host != ''", 'params.|')).toEqual(['host']);
    expect(await labelsAt('template.yaml', 'variables.verb ==', 'variables.| ==')).toEqual(['verb']);
    const folded = await labelsAt('orders.yaml', '&& request.size < env.max_total', '&& request.\n        |');
    expect(folded).toContain('size');
  });

  test('a name has its type and documentation, a function its overloads', async () => {
    const method = (await itemsAt('orders.yaml', `"[${WHEN}"`, '"request.|"')).find(
      ({ label }) => label === 'method',
    );
    expect(method).toMatchObject({ detail: 'string', documentation: { value: 'the HTTP method, as sent' } });
    const starts = (await itemsAt('orders.yaml', `"[${WHEN}"`, '"request.method.st|"')).find(
      ({ label }) => label === 'startsWith',
    );
    expect(starts?.documentation?.value).toContain('string.startsWith(string) -> bool');
    expect(starts?.textEdit.newText).toBe('startsWith(');
  });

  test('nothing in a string that is compared with text of no known meaning', async () => {
    expect(await labelsAt('orders.yaml', `"[${WHEN}"`, `"request.scheme == 'h|'"`)).toEqual([]);
  });
});

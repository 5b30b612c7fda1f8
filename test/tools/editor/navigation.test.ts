import { LanguageClient, type Range } from '../../support/language-client.ts';
import { FOLDER } from './folder.ts';

type Path = keyof typeof FOLDER;

interface Location {
  readonly uri: string;
  readonly range: Range;
}

interface Edit {
  readonly range: Range;
  readonly newText: string;
}

interface WorkspaceEdit {
  readonly changes: Readonly<Record<string, readonly Edit[]>>;
}

const stack = new AsyncDisposableStack();
let client: LanguageClient;

beforeAll(async () => {
  client = await LanguageClient.start(stack, FOLDER);
});

afterAll(() => stack.disposeAsync());

/** Text of a file with the cursor after the first character between the `[[` and `]]` of `around`. */
function pointing(path: Path, around: string): string {
  const plain = around.replace(/\[\[|\]\]/g, '');
  const text: string = FOLDER[path];
  expect(text).toContain(plain);
  const at = text.indexOf(plain) + around.indexOf('[[') + 1;
  return `${text.slice(0, at)}|${text.slice(at)}`;
}

const request = <T>(method: string, path: Path, around: string, more?: object): Promise<T> =>
  client.at<T>(`textDocument/${method}`, path, pointing(path, around), more);

/** Locations as `file:line:text`. */
function shown(locations: readonly Location[]): readonly string[] {
  return locations
    .map(({ uri, range: { start, end } }) => {
      const path = Object.keys(FOLDER).find((each) => uri === client.uri(each)) as Path;
      const line = FOLDER[path].split('\n')[start.line] ?? '';
      return `${path}:${start.line + 1}:${line.slice(start.character, end.character)}`;
    })
    .toSorted();
}

/** Files of the folder after an edit. */
function applied({ changes }: WorkspaceEdit): Record<string, string> {
  return Object.fromEntries(
    Object.entries(FOLDER).map(([path, text]) => {
      const lines = text.split('\n');
      const edits = [...(changes[client.uri(path)] ?? [])].toSorted(
        (a, b) =>
          b.range.start.line - a.range.start.line || b.range.start.character - a.range.start.character,
      );
      for (const { range, newText } of edits) {
        const line = lines[range.start.line] ?? '';
        lines[range.start.line] =
          line.slice(0, range.start.character) + newText + line.slice(range.end.character);
      }
      return [path, lines.join('\n')];
    }),
  );
}

describe('definition', () => {
  test.each([
    ['an issuer', 'orders.yaml', 'issuers: [[[acme]]]', 'issuers.yaml:3:acme'],
    ['an issuer of a test', 'orders.test.yaml', 'issuer: [[acme]]', 'issuers.yaml:3:acme'],
    ['a dataset', 'orders.yaml', 'data.[[export_jobs]]', 'data.yaml:3:export-jobs'],
    ['a value of an environment', 'orders.yaml', 'env.[[max_total]]', 'data.yaml:10:max_total'],
    ['a policy in shadow mode', 'data.yaml', 'shadow: [[[strict]]]', 'strict.yaml:3:strict'],
    ['an environment', 'orders.test.yaml', 'environment: [[production]]', 'data.yaml:8:production'],
    ['a variable, in a folded scalar', 'orders.yaml', '== variables.[[tenant]]', 'orders.yaml:7:tenant'],
    ['a variable, in quotes', 'orders.yaml', '[variables.[[tenant]]]', 'orders.yaml:7:tenant'],
    ['a template', 'template.yaml', 'template: [[service]]', 'template.yaml:3:service'],
    ['a parameter in text', 'template.yaml', '{param: [[host]]}', 'template.yaml:6:host'],
    ['a parameter in an expression', 'template.yaml', 'params.[[host]]', 'template.yaml:6:host'],
    ['a parameter with a value', 'template.yaml', 'with: {[[host]]', 'template.yaml:6:host'],
    ['a caller', 'orders.test.yaml', 'caller: [[checkout]]', 'orders.test.yaml:7:checkout'],
    ['a request', 'orders.test.yaml', 'request: [[read]]', 'orders.test.yaml:9:read'],
    ['a rule', 'orders.test.yaml', 'orders/[[readers]]', 'orders.yaml:11:readers'],
    ['a shadow rule', 'orders.test.yaml', 'strict/[[no-bots]]', 'strict.yaml:5:no-bots'],
    ['the policy of a shadow rule', 'orders.test.yaml', '[[strict]]/no-bots', 'strict.yaml:3:strict'],
    ['the policy of a rule', 'orders.test.yaml', '[[orders]]/readers', 'orders.yaml:3:orders'],
    ['a rule of a template', 'orders.test.yaml', 'invoices/[[read]]', 'template.yaml:10:read'],
    [
      'a caller of a matrix',
      'orders.test.yaml',
      'expect: {[[checkout]]: allow}',
      'orders.test.yaml:7:checkout',
    ],
    ['a caller of TestFixtures', 'fixtures.yaml', 'caller: [[web]]', 'fixtures.yaml:5:web'],
    ['a request of TestFixtures', 'fixtures.yaml', 'requests: [[[elsewhere]]]', 'fixtures.yaml:6:elsewhere'],
    ['a request of a matrix', 'fixtures.yaml', 'byRequest: {[[elsewhere]]', 'fixtures.yaml:6:elsewhere'],
    ['a request of a pair', 'fixtures.yaml', '{web: {[[elsewhere]]', 'fixtures.yaml:6:elsewhere'],
    ['a caller of a pair', 'fixtures.yaml', '{elsewhere: {[[own]]', 'fixtures.yaml:12:own'],
  ] as const)('of %s', async (_, path, around, expected) => {
    expect(shown(await request('definition', path, around))).toEqual([expected]);
  });

  test('a variable of a comprehension has no definition', async () => {
    expect(await request('definition', 'orders.yaml', '[[tenant]].startsWith')).toEqual([]);
  });
});

describe('references', () => {
  test.each([
    ['an issuer', 'issuers.yaml', '{name: [[acme]]', ['orders.test.yaml:7:acme', 'orders.yaml:9:acme']],
    [
      'a dataset',
      'data.yaml',
      '{name: [[export-jobs]]',
      ['orders.yaml:15:export_jobs', 'orders.yaml:20:export_jobs'],
    ],
    [
      'a variable',
      'orders.yaml',
      '    [[tenant]]: request',
      ['orders.yaml:14:tenant', 'orders.yaml:19:tenant', 'orders.yaml:20:tenant'],
    ],
    ['a rule', 'orders.yaml', 'name: [[readers]]', ['orders.test.yaml:15:readers']],
    ['a rule of a template', 'template.yaml', '{name: [[read]]', ['orders.test.yaml:18:read']],
    [
      'a parameter',
      'template.yaml',
      '    [[host]]: {type',
      ['template.yaml:10:host', 'template.yaml:16:host', 'template.yaml:7:host'],
    ],
    [
      'a caller',
      'orders.test.yaml',
      '    [[checkout]]: {jwt',
      ['orders.test.yaml:13:checkout', 'orders.test.yaml:20:checkout', 'orders.test.yaml:20:checkout'],
    ],
  ] as const)('of %s', async (_, path, around, expected) => {
    const context = { includeDeclaration: false };
    const found = await request<readonly Location[]>('references', path, around, { context });
    expect(shown(found)).toEqual([...expected].toSorted());
  });
});

describe('rename', () => {
  const renamed = async (path: Path, around: string, newName: string) =>
    applied(await request<WorkspaceEdit>('rename', path, around, { newName }));

  test('a dataset, from an expression, in the spelling of each occurrence', async () => {
    const files = await renamed('orders.yaml', 'data.[[export_jobs]]', 'report_jobs');
    expect(files['data.yaml']).toContain('metadata: {name: report-jobs}');
    expect(files['orders.yaml']).toContain('data.report_jobs');
  });

  test('a rule of a template, from a test', async () => {
    const files = await renamed('orders.test.yaml', 'invoices/[[read]]', 'get');
    expect(files['template.yaml']).toContain('{name: get, effect');
    expect(files['orders.test.yaml']).toContain('rule: invoices/get');
    expect(files['orders.test.yaml']).toContain('request: read');
  });

  test('a fixture, from a test', async () => {
    const files = await renamed('fixtures.yaml', 'caller: [[web]]', 'shop');
    expect(files['fixtures.yaml']).toContain('callers: {shop: {principal: web}}');
    expect(files['fixtures.yaml']).toContain('caller: shop, request: elsewhere');
    expect(files['fixtures.yaml']).toContain('callers: [shop, own]');
    expect(files['fixtures.yaml']).toContain('expect: {shop: {elsewhere: deny}}');
  });

  test('other items with the same name are not renamed', async () => {
    const files = await renamed('orders.yaml', '    [[tenant]]: request', 'customer');
    expect(files['orders.yaml']).toContain("customer: request.headers[?'x-tenant']");
    expect(files['orders.yaml']).toContain('jwt.claims.tenant == variables.customer');
    expect(files['orders.yaml']).toContain("[variables.customer].exists(tenant, tenant.startsWith('x'))");
    const others = await renamed('orders.yaml', '{name: [[orders]]}', 'sales');
    expect(others['orders.yaml']).toContain('metadata: {name: sales}');
    expect(others['orders.test.yaml']).toContain('rule: sales/readers');
    expect(others['orders.test.yaml']).toContain('metadata: {name: orders}');
  });

  test('a name that YAML would read as a number is quoted', async () => {
    const files = await renamed('issuers.yaml', '{name: [[acme]]', '007');
    expect(files['orders.yaml']).toContain('issuers: ["007"]');
    expect(files['issuers.yaml']).toContain('{name: "007",');
  });

  test.each([
    ['already used', 'orders.yaml', 'name: [[readers]]', 'exports', 'the name `exports` is already used'],
    ['of a test', 'fixtures.yaml', '{[[web]]: {principal', 'own', 'the name `own` is already used'],
    ['of a fixture', 'fixtures.yaml', '{[[own]]: {principal', 'web', 'the name `web` is already used'],
    ['not a DNS label', 'issuers.yaml', '{name: [[acme]]', 'Acme', '`Acme` is not a valid DNS label'],
    [
      'not an identifier',
      'orders.yaml',
      '    [[tenant]]: request',
      'a-b',
      '`a-b` is not a valid name in expressions',
    ],
    [
      'not readable in expressions',
      'data.yaml',
      '{name: [[export-jobs]]',
      '1a',
      '`data.1a` is not a valid name in expressions',
    ],
  ] as const)('a name that is %s is rejected', async (_, path, around, newName, message) => {
    await expect(request('rename', path, around, { newName })).rejects.toThrow(message);
  });

  test('prepareRename returns the range of the name, and null if there is no name', async () => {
    expect(await request('prepareRename', 'orders.test.yaml', 'orders/[[readers]]')).toEqual({
      placeholder: 'readers',
      range: { start: { line: 14, character: 45 }, end: { line: 14, character: 52 } },
    });
    expect(await request('prepareRename', 'orders.yaml', '[[effect]]: allow')).toBeNull();
  });
});

describe('hover', () => {
  const hoverText = async (path: Path, around: string): Promise<string> => {
    const hover = await request<{ contents: { value: string } } | null>('hover', path, around);
    return hover?.contents.value ?? '';
  };

  test.each([
    [
      'a field',
      'orders.yaml',
      '  [[authenticate]]:',
      '**authenticate**: the proof of identity that callers must give',
    ],
    ['a field of a test', 'orders.test.yaml', '[[decision]]: allow', '**decision**: `allow` or `deny`'],
    ['a kind', 'orders.yaml', 'kind: [[Policy]]', '**Policy**: the requests it selects'],
    [
      'a name of an expression',
      'orders.yaml',
      'request.[[size]]',
      'request.size: int\n```\n\nbody size in bytes: `content-length`, else what Envoy has received; -1 if more may follow',
    ],
    ['a root', 'orders.yaml', '[[source]].principal', 'with `address`, `port`'],
    ['a variable', 'orders.yaml', 'variables.[[tenant]]', 'variables.tenant: string'],
    [
      'the definition of a variable',
      'orders.yaml',
      'variables.[[tenant]]',
      "orders.yaml:7\n```yaml\ntenant: request.headers[?'x-tenant'].orValue('')\n```",
    ],
    ['a variable in a text', 'orders.yaml', 'to ${variables.[[tenant]]}', 'variables.tenant: string'],
    ['a function in a text', 'orders.yaml', 'data.export_jobs.[[size]]()}', 'size'],
    ['a dataset', 'orders.yaml', 'data.[[export_jobs]]', 'data.export_jobs: list(string)'],
    ['a function', 'orders.yaml', 'tenant.[[startsWith]]', 'string.startsWith(string) -> bool'],
    ['a macro', 'orders.yaml', '.[[exists]]', 'range.exists(x, condition)'],
    ['a variable of a comprehension', 'orders.yaml', '[[tenant]].startsWith', 'tenant: string'],
    [
      'a reason',
      'orders.test.yaml',
      'reason: [[allowed]]',
      '**allowed** (200): a complete evaluation allowed the request',
    ],
    [
      'a rule',
      'orders.test.yaml',
      'orders/[[readers]]',
      'orders.yaml:11\n```yaml\nname: readers\neffect: allow',
    ],
    ['an issuer', 'orders.yaml', '[[[acme]]]', 'name: acme, description: Our login'],
  ] as const)('%s', async (_, path, around, expected) => {
    expect(await hoverText(path, around)).toContain(expected);
  });

  test('no text for a value without documentation', async () => {
    expect(await request('hover', 'orders.yaml', '[[orders]].acme.svc')).toBeNull();
    expect(await request('hover', 'orders.yaml', '[[to]] ${variables')).toBeNull();
    expect(await request('hover', 'orders.yaml', '[[${]]variables')).toBeNull();
    expect(await request('hover', 'orders.yaml', '$${variables.[[tenant]]}')).toBeNull();
  });
});

describe('symbols and formatting', () => {
  test('symbols are the documents with their rules, variables and other named parts', async () => {
    client.type('template.yaml', FOLDER['template.yaml']);
    const textDocument = { uri: client.uri('template.yaml') };
    const symbols = await client.request('textDocument/documentSymbol', { textDocument });
    expect(symbols).toMatchObject([
      {
        name: 'service',
        detail: 'PolicyTemplate',
        range: { start: { line: 0, character: 0 } },
        selectionRange: { start: { line: 2, character: 17 }, end: { line: 2, character: 24 } },
        children: [{ name: 'host' }, { name: 'verb' }, { name: 'read', detail: 'allow' }],
      },
      { name: 'invoices', children: [] },
    ]);
  });

  test('the layout is that of `lictor fmt`', async () => {
    const [head = '', spec = ''] = FOLDER['issuers.yaml'].split('spec:\n');
    const untidy = `${head}spec:\n\n\n${spec.replaceAll(/^ {2}/gm, '      ')}`;
    client.type('issuers.yaml', untidy);
    const textDocument = { uri: client.uri('issuers.yaml') };
    const [edit] = await client.request<Edit[]>('textDocument/formatting', { textDocument, options: {} });
    expect(edit?.newText).toContain('\n  issuer: https://login.acme.example\n');
    client.type('issuers.yaml', edit?.newText ?? '');
    expect(await client.request('textDocument/formatting', { textDocument, options: {} })).toEqual([]);
    client.type('issuers.yaml', FOLDER['issuers.yaml']);
  });
});

describe('quick fixes', () => {
  const fixed = async (path: Path, from: string, to: string): Promise<string | undefined> => {
    const text = FOLDER[path].replace(from, () => to);
    client.type(path, text);
    const [first] = await client.shown(path, ({ length }) => length > 0);
    const params = {
      textDocument: { uri: client.uri(path) },
      range: first?.range,
      context: { diagnostics: [first] },
    };
    const [action] = await client.request<{ edit: WorkspaceEdit; diagnostics: unknown[] }[]>(
      'textDocument/codeAction',
      params,
    );
    client.type(path, FOLDER[path]);
    await client.shown(path, ({ length }) => length === 0);
    const [edit] = action?.edit.changes[client.uri(path)] ?? [];
    if (edit === undefined) return undefined;
    expect(action?.diagnostics).toHaveLength(1);
    const lines = text.split('\n');
    const line = lines[edit.range.start.line] ?? '';
    return line.slice(0, edit.range.start.character) + edit.newText + line.slice(edit.range.end.character);
  };

  test.each([
    ['a field', 'orders.yaml', 'effect: deny', 'efect: deny', '      effect: deny'],
    [
      'a name in an expression',
      'orders.yaml',
      'request.size',
      'request.sise',
      '        && request.size < env.max_total',
    ],
    ['an issuer in a list', 'orders.yaml', 'issuers: [acme]', 'issuers: [acm]', '    jwt: {issuers: [acme]}'],
    [
      'a rule of a policy',
      'orders.test.yaml',
      'orders/readers',
      'orders/reders',
      '      expect: {decision: allow, rule: orders/readers}',
    ],
    ['a word in quotes', 'orders.yaml', 'effect: deny', 'effect: "dney"', '      effect: "deny"'],
  ] as const)('%s', async (_, path, from, to, expected) => {
    expect(await fixed(path, from, to)).toBe(expected);
  });
});

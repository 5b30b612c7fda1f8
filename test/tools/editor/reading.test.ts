import { LanguageClient, type Range } from '../../support/language-client.ts';
import { FOLDER } from './folder.ts';

const SCHEMA = `apiVersion: lictor/v1
kind: Policy
metadata: {name: bodies}
spec:
  match: [{hosts: [orders.acme.svc]}]
  schemas:
    - body: {jsonSchema: ./schemas/order.json}
  rules: [{name: all, effect: allow}]
# One comment
# on two lines.
`;

const FILES = { ...FOLDER, 'bodies.yaml': SCHEMA, 'schemas/order.json': '{"type": "object"}\n' };

type Path = keyof typeof FILES & string;

const stack = new AsyncDisposableStack();
let client: LanguageClient;

beforeAll(async () => {
  client = await LanguageClient.start(stack, FILES);
});

afterAll(() => stack.disposeAsync());

const textDocument = (path: Path): object => ({ textDocument: { uri: client.uri(path) } });

function textIn(path: Path, { start, end }: Range): string {
  const lines = FILES[path].split('\n');
  if (start.line === end.line) return (lines[start.line] ?? '').slice(start.character, end.character);
  const inner = lines.slice(start.line + 1, end.line);
  return [lines[start.line]?.slice(start.character), ...inner, lines[end.line]?.slice(0, end.character)].join(
    '\n',
  );
}

/** Text of a file with the cursor at the `|` in `around`. */
function pointing(path: Path, around: string): string {
  expect(FILES[path]).toContain(around.replace('|', ''));
  return FILES[path].replace(around.replace('|', ''), around);
}

describe('symbols of the workspace', () => {
  const found = async (query: string): Promise<readonly string[]> => {
    const symbols = await client.request<readonly { name: string; containerName: string }[]>(
      'workspace/symbol',
      {
        query,
      },
    );
    return symbols.map(({ name, containerName }) => `${containerName}: ${name}`);
  };

  test('are found by letters in their order, with the name of their document', async () => {
    expect(await found('ord/readers')).toEqual(['Policy orders: readers']);
    expect(await found('checkout')).toEqual(['PolicyTest orders: checkout']);
    expect(await found('maxtot')).toEqual(['value: max_total']);
    expect(await found('readersx')).toEqual([]);
  });

  test('are all without a query', async () => {
    expect(await found('')).toEqual(expect.arrayContaining(['Issuer: acme', 'Dataset: export-jobs']));
  });
});

test('the places of a name in the same file are highlighted, its definition as a write', async () => {
  const shown = await client.at<readonly { range: Range; kind: number }[]>(
    'textDocument/documentHighlight',
    'orders.yaml',
    pointing('orders.yaml', 'variables.ten|ant\n'),
  );
  expect(shown.map(({ range, kind }) => [textIn('orders.yaml', range), range.start.line, kind])).toEqual([
    ['tenant', 6, 3],
    ['tenant', 13, 2],
    ['tenant', 18, 2],
    ['tenant', 19, 2],
  ]);
});

test('documents, entries, items and comments of several lines can be folded', async () => {
  const ranges = await client.request<readonly { startLine: number; endLine: number; kind?: string }[]>(
    'textDocument/foldingRange',
    textDocument('bodies.yaml'),
  );
  expect(ranges.map(({ startLine, endLine, kind }) => [startLine, endLine, kind])).toEqual([
    [3, 7, undefined],
    [5, 6, undefined],
    [0, 7, undefined],
    [8, 9, 'comment'],
  ]);
});

test('a selection grows from a name in an expression to the document', async () => {
  interface Selection {
    readonly range: Range;
    readonly parent?: Selection;
  }
  const line = FOLDER['orders.yaml'].split('\n').findIndex((each) => each.includes('env.max_total'));
  const character = (FOLDER['orders.yaml'].split('\n')[line] ?? '').indexOf('max_total') + 2;
  const [innermost] = await client.request<readonly Selection[]>('textDocument/selectionRange', {
    ...textDocument('orders.yaml'),
    positions: [{ line, character }],
  });
  const texts: string[] = [];
  for (let each = innermost; each !== undefined; each = each.parent)
    texts.push(textIn('orders.yaml', each.range));
  expect(texts.slice(0, 2)).toEqual(['env.max_total', 'request.size < env.max_total']);
  expect(texts[2]).toMatch(/^jwt\.claims\.tenant == [^]*env\.max_total$/);
  expect(texts.some((text) => text.startsWith('name: readers'))).toBe(true);
  expect(texts.at(-1)).toBe(FOLDER['orders.yaml']);
  for (const [index, text] of texts.entries()) expect(texts[index + 1] ?? text).toContain(text);
});

describe('signatures of the call that is being written', () => {
  interface Help {
    readonly signatures: readonly {
      readonly label: string;
      readonly parameters: readonly { label: [number, number] }[];
    }[];
    readonly activeSignature: number;
    readonly activeParameter: number;
  }

  test.each([
    ['when: request.path.startsWith(|\n', 'string.startsWith(string) -> bool', 'string', 0],
    ['when: \'request.path.replace("a", |\'\n', 'string.replace(string, string) -> string', 'string', 1],
    ['when: "size([1, 2, |"\n', 'size(string) -> int', 'string', 0],
    ['when: "\'a\'.size(|"\n', 'string.size() -> int', '', 0],
    ['when: "math.greatest(1, [2, 3].size(), |"\n', 'math.greatest', '', 2],
    ['when: >-\n        jwt.scopes.exists(s, |\n', 'range.exists(x, condition)', 'condition', 1],
    ['message: "(a) $${b( ${request.path.startsWith(|"\n', 'string.startsWith(string) -> bool', 'string', 0],
  ])('%s', async (written, label, parameter, active) => {
    const text = FOLDER['orders.yaml'].replace(/when: "\[variables[^]*/, () => written);
    const help = await client.at<Help | null>('textDocument/signatureHelp', 'orders.yaml', text);
    client.type('orders.yaml', FOLDER['orders.yaml']);
    const signature = help?.signatures[help.activeSignature];
    expect(signature?.label).toContain(label);
    expect(help?.activeParameter).toBe(active);
    const [start = 0, end = 0] = signature?.parameters[active]?.label ?? [];
    if (parameter !== '') expect(signature?.label.slice(start, end)).toBe(parameter);
  });
});

test('outside of a call there is no signature', async () => {
  const outside = FOLDER['orders.yaml'].replace(/when: "\[variables[^]*/, () => 'message: "size(|"\n');
  expect(await client.at('textDocument/signatureHelp', 'orders.yaml', outside)).toBeNull();
  const text = FOLDER['orders.yaml'].replace(/when: "\[variables[^]*/, () => 'when: "size([1]) == |"\n');
  expect(await client.at('textDocument/signatureHelp', 'orders.yaml', text)).toBeNull();
  client.type('orders.yaml', FOLDER['orders.yaml']);
});

test('hints show the types of variables, and what a dataset holds', async () => {
  const hints = async (path: Path): Promise<readonly unknown[]> => {
    const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    const all = await client.request<readonly { label: string; position: { line: number } }[]>(
      'textDocument/inlayHint',
      { ...textDocument(path), range },
    );
    return all.map(({ label, position }) => [label, position.line]);
  };
  expect(await hints('orders.yaml')).toEqual([[': string', 6]]);
  expect(await hints('data.yaml')).toEqual([['= data.export_jobs: list(string), 1 item', 2]]);
});

test('the tokens of expressions have their types, in every style of YAML', async () => {
  const legend = ['keyword', 'variable', 'property', 'function', 'string', 'number', 'operator', 'comment'];
  const { data } = await client.request<{ data: readonly number[] }>(
    'textDocument/semanticTokens/full',
    textDocument('orders.yaml'),
  );
  const tokens: string[] = [];
  let [line, start] = [0, 0];
  for (let at = 0; at < data.length; at += 5) {
    const [down = 0, right = 0, length = 0, type = 0] = data.slice(at, at + 5);
    line += down;
    start = down === 0 ? start + right : right;
    const text = FOLDER['orders.yaml'].split('\n')[line]?.slice(start, start + length);
    tokens.push(`${legend[type]} ${text}`);
  }
  expect(tokens.slice(0, 6)).toEqual([
    'variable request',
    'property headers',
    'operator ?',
    "string 'x-tenant'",
    'function orValue',
    "string ''",
  ]);
  // The last are in a text.
  expect(tokens.slice(-5)).toEqual([
    'variable variables',
    'property tenant',
    'variable data',
    'property export_jobs',
    'function size',
  ]);
  expect(tokens).toEqual(
    expect.arrayContaining(['keyword in', 'operator &&', 'function startsWith', "string 'x'"]),
  );
});

test('the name of a file leads to the file', async () => {
  const locations = await client.at<readonly { uri: string }[]>(
    'textDocument/definition',
    'bodies.yaml',
    pointing('bodies.yaml', './schemas/ord|er.json'),
  );
  expect(locations.map(({ uri }) => uri)).toEqual([client.uri('schemas/order.json')]);
});

describe('parameters of paths', () => {
  const ORDERS = `apiVersion: lictor/v1
kind: Policy
metadata: {name: params}
spec:
  match: [{hosts: [params.acme.svc], paths: ["/a/{id}/b/{part}", "/c/{id}"]}]
  rules:
    - name: read
      effect: allow
      match: [{paths: ['/c/{id}']}]
      when: request.params.id == 'x' && [1].exists(request, request.params.id == 'id') && has(request.params.part)
`;
  interface Changes {
    readonly changes: Readonly<
      Record<string, readonly { readonly range: Range; readonly newText: string }[]>
    >;
  }

  const rename = async (around: string, newName: string): Promise<readonly string[]> => {
    const text = ORDERS.replace(around.replace('|', ''), around);
    const edit = await client.at<Changes>('textDocument/rename', 'params.yaml', text, { newName });
    return Object.values(edit.changes)
      .flat()
      .map(({ range: { start, end }, newText }) => {
        const line = ORDERS.split('\n')[start.line] ?? '';
        return `${start.line + 1}:${start.character}: ${line.slice(start.character, end.character)} -> ${newText}`;
      });
  };

  test.each(['/a/{i|d}/b', 'params.i|d =='])(
    'are renamed in paths and expressions, from %s',
    async (around) => {
      const places = ['5:50: id -> order', '5:70: id -> order', '9:28: id -> order', '10:27: id -> order'];
      expect((await rename(around, 'order')).toSorted()).toEqual(places.toSorted());
    },
  );

  test('are not renamed to another one of the policy, or to what is not a name', async () => {
    await expect(rename('/a/{i|d}/b', 'part')).rejects.toThrow('the name `part` is already used');
    await expect(rename('/a/{i|d}/b', 'a-b')).rejects.toThrow('use letters, digits and `_`');
  });

  test('lead from an expression to the path', async () => {
    const text = ORDERS.replace('has(request.params.part)', 'has(request.params.pa|rt)');
    const found = await client.at<readonly { range: Range }[]>(
      'textDocument/definition',
      'params.yaml',
      text,
    );
    expect(found.map(({ range }) => range.start)).toEqual([{ line: 4, character: 57 }]);
  });
});

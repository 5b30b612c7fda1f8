import type { DocumentSymbol, Hover } from 'vscode-languageserver';
import { LanguageClient, type Range } from '../../support/language-client.ts';

/** A policy in the short forms of rules, callers and matches, with a test. */
const FOLDER = {
  'orders.yaml': `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  rules:
    - allow: read
      match: ["GET|HEAD /api/orders/{id}"]
      from: ["spiffe://acme.example/ns/shop/sa/web"]
      when: request.params.id != 'x'
    - deny: gone
      match: [/api/old]
`,
  'orders.test.yaml': `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  callers: {web: {principal: "spiffe://acme.example/ns/shop/sa/web"}}
  requests: {one: {host: orders.acme.svc, path: /api/orders/1}}
  cases:
    - {name: web reads, caller: web, request: one, expect: {decision: allow, rule: read}}
`,
};

interface Edits {
  readonly changes: Readonly<Record<string, readonly { readonly range: Range; readonly newText: string }[]>>;
}

const stack = new AsyncDisposableStack();
let client: LanguageClient;

beforeAll(async () => {
  client = await LanguageClient.start(stack, FOLDER);
});

afterAll(() => stack.disposeAsync());

/** The answer about the place of `¦` in `around`, which is written in the place of `plain`. */
async function ask<T>(
  method: string,
  around: string,
  { plain = around.replace('¦', ''), ...more }: { readonly plain?: string; readonly newName?: string } = {},
): Promise<T> {
  const text = FOLDER['orders.yaml'];
  expect(text).toContain(plain);
  const pointed = text.replace(plain, () => around);
  const lines = pointed.slice(0, pointed.indexOf('¦')).split('\n');
  client.type('orders.yaml', pointed.replace('¦', ''));
  const answer = await client.request<T>(`textDocument/${method}`, {
    textDocument: { uri: client.uri('orders.yaml') },
    position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 },
    ...more,
  });
  client.type('orders.yaml', text);
  return answer;
}

async function labels(plain: string, around: string): Promise<readonly string[]> {
  const items = await ask<readonly { label: string }[] | null>('completion', around, { plain });
  return (items ?? []).map(({ label }) => label);
}

test('a rule is proposed by its effect, and without the fields that this says', async () => {
  expect(await labels('    - deny: gone', '    - ¦\n    - deny: gone')).toEqual(
    expect.arrayContaining(['allow', 'deny', 'name', 'effect', 'match']),
  );
  const beside = await labels('    - deny: gone\n', '    - deny: gone\n      ¦\n');
  expect(beside).toEqual(expect.arrayContaining(['status', 'when']));
  expect(beside).not.toEqual(expect.arrayContaining(['allow']));
  expect(beside.filter((name) => ['allow', 'deny', 'name', 'effect'].includes(name))).toEqual([]);
});

test.each<[string, string, string, readonly string[]]>([
  ['the first word of a match', '[/api/old]', '[¦]', ['DELETE', '/api/orders/1', '/api/orders/{id}']],
  ['a path after methods', '[/api/old]', '[POST /api/¦]', ['/api/orders/{id}']],
  ['a path alone', '[/api/old]', '[/a¦]', ['/api/orders/{id}']],
  ['a further method', '[/api/old]', '[POST|P¦ /api/old]', ['PUT', 'PATCH']],
  [
    'a principal',
    '["spiffe://acme.example/ns/shop/sa/web"]',
    '[¦]',
    ['spiffe://acme.example/ns/shop/sa/web'],
  ],
])('%s is completed', async (_, plain, around, expected) => {
  expect(await labels(plain, around)).toEqual(expect.arrayContaining([...expected]));
});

test('a rule is renamed with the tests that name it', async () => {
  const { changes } = await ask<Edits>('rename', '- allow: re¦ad', { newName: 'get' });
  const edits = Object.entries(changes).flatMap(([uri, all]) =>
    all.map(({ range: { start }, newText }) => `${uri.split('/').at(-1)}:${start.line + 1}: ${newText}`),
  );
  expect(edits.toSorted()).toEqual(['orders.test.yaml:8: get', 'orders.yaml:7: get']);
});

test('a parameter is renamed in the path of a text and in expressions', async () => {
  const { changes } = await ask<Edits>('rename', 'orders/{i¦d}"', { newName: 'order' });
  const places = Object.values(changes)
    .flat()
    .map(({ range: { start, end } }) => `${start.line + 1}:${start.character}-${end.character}`);
  expect(places.toSorted()).toEqual(['10:27-29', '8:37-39']);
});

test('hover explains the fields, and shows the rule', async () => {
  const hover = await ask<Hover | null>('hover', '    - al¦low: read');
  expect(JSON.stringify(hover?.contents)).toContain('the name of an allow rule');
});

test('symbols are named by the rules and show their effect', async () => {
  const [document] = await ask<readonly DocumentSymbol[]>('documentSymbol', '¦kind: Policy');
  expect(document?.children?.map(({ name, detail }) => `${detail} ${name}`)).toEqual([
    'allow read',
    'deny gone',
  ]);
});

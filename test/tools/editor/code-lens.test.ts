import { LanguageClient } from '../../support/language-client.ts';
import { waitFor } from '../../support/wait.ts';
import { FOLDER } from './folder.ts';

interface Lens {
  readonly range: { readonly start: { readonly line: number } };
  readonly command: {
    readonly title: string;
    readonly command: string;
    readonly arguments?: readonly unknown[];
  };
}

const stack = new AsyncDisposableStack();
let client: LanguageClient;

beforeAll(async () => {
  client = await LanguageClient.start(stack, FOLDER);
  for (const [path, text] of Object.entries(FOLDER)) client.open(path, text);
});

afterAll(() => stack.disposeAsync());

/** Lenses of a file as `line: title`. */
async function lenses(path: keyof typeof FOLDER): Promise<readonly string[]> {
  const textDocument = { uri: client.uri(path) };
  const found = await client.request<readonly Lens[]>('textDocument/codeLens', { textDocument });
  return found.map(({ range, command }) => `${range.start.line + 1}: ${command.title}`);
}

/** Lenses of a file, after a typed text was compiled. */
const lensesOnce = (path: keyof typeof FOLDER, isExpected: (found: readonly string[]) => boolean) =>
  waitFor(
    async () => {
      const found = await lenses(path);
      return isExpected(found) ? found : undefined;
    },
    { what: `the lenses of ${path}`, timeout: 15_000 },
  );

const run = async (
  name: string,
  { command = 'lictor.test', of }: { readonly command?: string; readonly of?: string } = {},
): Promise<string> => {
  const before = client.messages.length;
  await client.request('workspace/executeCommand', {
    command,
    arguments: [client.uri('orders.test.yaml'), name, ...(of === undefined ? [] : [of])],
  });
  return waitFor(() => client.messages[before], { what: 'a message', timeout: 5_000 });
};

test('tests and cases show their result, rules the number of matching requests', async () => {
  expect(await lenses('orders.test.yaml')).toEqual([
    '3: run test: 3 cases pass',
    '12: run this case: passes',
    '12: why',
    '16: run this case: passes',
    '16: why',
  ]);
  expect(await lenses('orders.yaml')).toEqual([
    '11: matched by 2 test requests, of orders: a reader, orders: checkout × read',
    '17: no test request matches',
  ]);
  expect(await lenses('template.yaml')).toEqual(['10: matched by 1 test request, of orders: an invoice']);
  expect(await run('orders')).toBe('orders: 3 cases pass');
});

test('one case can be run, and explained with the values that led to its answer', async () => {
  expect(await run('orders', { of: 'a reader' })).toBe('orders: a reader: 1 case passes');
  const why = (await run('orders', { command: 'lictor.why', of: 'a reader' })).split('\n');
  expect(why.slice(0, 3)).toEqual([
    'orders: a reader: allow, allowed',
    'policies that apply: orders, strict (shadow)',
    expect.stringMatching(/^(?:allow|deny) \w+\/[\w-]+.*: /),
  ]);
  expect(why.join('\n')).toMatch(/^ +variables\.tenant: "a"$/m);
  expect(client.logged.join('')).toContain('policies that apply');
  const answer = await client.request('workspace/executeCommand', {
    command: 'lictor.why',
    arguments: [client.uri('orders.test.yaml'), 'orders', 'a reader'],
  });
  expect(answer).toBe(why.join('\n'));
  expect(await run('orders', { of: 'no such case' })).toBe('the folder has mistakes, or no such case');
});

test('tests run with text that is not saved', async () => {
  client.type('orders.test.yaml', FOLDER['orders.test.yaml'].replace('decision: allow,', 'decision: deny,'));
  const found = await lensesOnce('orders.test.yaml', ([first = '']) => first.includes('fails'));
  expect(found).toEqual([
    '3: run test: 1 of 3 cases fails',
    '12: run this case: fails: decision: wanted `deny`, got `allow`',
    '12: why',
    '16: run this case: passes',
    '16: why',
  ]);
  expect(await run('orders')).toBe(
    'orders: 1 of 3 cases fails: a reader: decision: wanted `deny`, got `allow`',
  );
  client.type('orders.test.yaml', FOLDER['orders.test.yaml']);
  await lensesOnce('orders.test.yaml', ([first = '']) => first.endsWith('3 cases pass'));
});

test('a case with rows shows the row that fails', async () => {
  const rows =
    'expect: {decision: allow, rule: orders/readers}\n      each:\n        - {name: a}\n        - {name: b, expect: {decision: deny}}';
  const text = FOLDER['orders.test.yaml'].replace('expect: {decision: allow, rule: orders/readers}', rows);
  client.type('orders.test.yaml', text);
  const found = await lensesOnce('orders.test.yaml', ([first = '']) => first.includes('fails'));
  expect(found.slice(0, 2)).toEqual([
    '3: run test: 1 of 4 cases fails',
    '12: run this case: fails: decision: wanted `deny`, got `allow`',
  ]);
  client.type('orders.test.yaml', FOLDER['orders.test.yaml']);
  await lensesOnce('orders.test.yaml', ([first = '']) => first.endsWith('3 cases pass'));
});

test('the tests of a folder with mistakes cannot be run', async () => {
  client.type('orders.yaml', FOLDER['orders.yaml'].replace('effect: deny', 'effect: dney'));
  expect(await lensesOnce('orders.test.yaml', ({ length }) => length === 1)).toEqual(['3: run test']);
  expect(await run('orders')).toBe('the folder has mistakes, or no such case');
  client.type('orders.yaml', FOLDER['orders.yaml']);
});

test('an editor that shows explanations itself gets no message about one', async () => {
  await using own = new AsyncDisposableStack();
  const initializationOptions = { showsExplanations: true };
  const other = await LanguageClient.start(own, FOLDER, { initializationOptions });
  const answer = await other.request('workspace/executeCommand', {
    command: 'lictor.why',
    arguments: [other.uri('orders.test.yaml'), 'orders', 'a reader'],
  });
  expect(answer).toMatch(/^orders: a reader: allow, allowed\npolicies that apply: /);
  expect(other.messages).toEqual([]);
});

describe('hover', () => {
  /** The hover text at the `|` in a file that is otherwise unchanged, once it has a text of the results of tests. */
  function hoverAt(path: keyof typeof FOLDER, around: string, expected: string): Promise<string> {
    const text: string = FOLDER[path];
    const offset = text.indexOf(around.replace('|', '')) + around.indexOf('|');
    const lines = text.slice(0, offset).split('\n');
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    const textDocument = { uri: client.uri(path) };
    return waitFor(
      async () => {
        const hover = await client.request<{ readonly contents: { readonly value: string } } | null>(
          'textDocument/hover',
          { textDocument, position },
        );
        const shown = hover?.contents.value ?? '';
        return shown.includes(expected) ? shown : undefined;
      },
      { what: `a hover text with ${expected}`, timeout: 10_000 },
    );
  }

  test('names the cases in which a condition was evaluated, and its values', async () => {
    const cases = 'evaluated in orders: a reader, orders: checkout × read  \n';
    await hoverAt(
      'orders.yaml',
      'jwt.claims.tenant |== variables.tenant',
      `${cases}true 2 times, false 0 times`,
    );
    await hoverAt('orders.yaml', "tenant.starts|With('x')", `${cases}true 0 times, false 2 times`);
  });

  test('names the cases that a pattern matched, and says where there are none', async () => {
    const matched = 'matched in orders: a reader, orders: checkout × read';
    expect(await hoverAt('orders.yaml', 'hosts: [orders|.acme.svc]', matched)).toBe(matched);
    const none = 'no case of a test has evaluated this';
    await hoverAt('orders.yaml', 'data.export_jobs|.size()', none);
    await hoverAt('template.yaml', "variables.verb =|= 'GET'", 'evaluated in orders: an invoice');
    await hoverAt('strict.yaml', "request.method |== 'TRACE'", 'true 0 times');
  });
});

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goldenCases } from '../policy/golden.ts';
import { type Ended, lictor } from '../support/command.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const FIVE = goldenCases().find(({ name }) => name === 'five-mistakes');

const ORDERS = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  authenticate: {jwt: {issuers: [acme]}}
  rules:
    - {name: read, effect: allow, match: [{methods: [GET]}]}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec:
  issuer: https://login.acme.example
  audiences: [orders]
  keys: {jwksUri: "https://login.acme.example/jwks"}
`;
const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  now: 2026-06-01T12:00:00Z
  callers:
    checkout: {principal: spiffe://acme.example/ns/shop/sa/checkout, jwt: {issuer: acme}}
    anonymous: {}
  requests:
    read: {method: GET, host: orders.acme.svc, path: /api/orders}
  cases:
    - name: checkout reads
      caller: checkout
      request: read
      expect: {decision: allow, rule: orders/read}
    - name: checkout writes
      caller: checkout
      request: read
      with: {method: POST}
      expect: {decision: allow, rule: read, status: 200}
  matrix:
    - {callers: [checkout, anonymous], requests: [read], expect: {checkout: allow, anonymous: deny}}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  const passing = TESTS.replace('status: 200', 'status: 403').replace(
    'decision: allow, rule: read,',
    'decision: deny, reason: no_rule,',
  );
  await write('five', FIVE?.files ?? {});
  await write('shop/policies', { 'orders.yaml': ORDERS });
  await write('failing', { 'orders.yaml': ORDERS, 'orders.test.yaml': TESTS });
  await write('passing', { 'orders.yaml': ORDERS, 'orders.test.yaml': passing });
});

afterAll(() => stack.disposeAsync());

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(directory, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, folder, name), text);
}

/** The list of failed cases is in the user's cache. */
const run = (...args: readonly string[]): Promise<Ended> =>
  lictor(args, { directory, env: { XDG_CACHE_HOME: join(directory, '.cache') } });

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly { readonly locations: readonly { readonly physicalLocation: unknown }[] }[];
  }[];
}

function places({ runs }: Sarif): readonly unknown[] {
  return runs.flatMap(({ results }) => results.map(({ locations }) => locations[0]?.physicalLocation));
}

/** Replaces durations, which differ in each run. */
function steady({ code, stdout, stderr }: Ended): Ended {
  return { code, stdout: stdout.replace(/\d+ ms/, 'N ms'), stderr };
}

describe('check', () => {
  test('five different mistakes: each with file, line, column, caret and help', async () => {
    const expected = FIVE?.expected.replaceAll(/^orders\.yaml:/gm, 'five/orders.yaml:') ?? '';
    expect(
      expected.match(/^five\/orders\.yaml:\d+:\d+: error\[\w+\]: .+\n.+\n.*\^+\nhelp: .+$/gm),
    ).toHaveLength(5);
    expect(await run('check', 'five')).toEqual({
      code: 1,
      stdout: expected.replace('no set\n', 'five: 5 errors, 0 warnings\n'),
      stderr: '',
    });
  });

  test('the same for programs', async () => {
    const { code, stdout } = await run('check', 'five', '--output', 'json');
    expect(code).toBe(1);
    const { diagnostics, ...counts } = JSON.parse(stdout) as { diagnostics: unknown[] };
    expect(counts).toEqual({ errors: 5, warnings: 0 });
    expect(diagnostics).toHaveLength(5);
    expect(diagnostics[0]).toEqual({
      file: 'five/orders.yaml',
      line: 8,
      column: 7,
      end_line: 8,
      end_column: 13,
      severity: 'error',
      code: 'unknown_field',
      message: '`match[0]`: unknown field `method`',
      help: 'did you mean `methods`?',
      fix: { certain: false, line: 8, column: 7, end_line: 8, end_column: 13, text: 'methods' },
      examples: [],
    });
  });

  test('the same for a pull request and for code scanning', async () => {
    const github = await run('check', 'five', '--output', 'github');
    expect(github.code).toBe(1);
    const lines = github.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe(
      '::error file=five/orders.yaml,line=8,col=7,endLine=8,endColumn=13,title=lictor unknown_field::`match[0]`: unknown field `method`%0Ahelp: did you mean `methods`?',
    );
    expect(lines.at(-1)).toBe('five: 5 errors, 0 warnings');

    const inside = { directory: join(directory, 'shop') };
    const outside = await lictor(['check', '../five', '--output', 'sarif'], inside);
    const log = JSON.parse((await run('check', 'five', '--output', 'sarif')).stdout) as Sarif;
    expect(places(log)).toHaveLength(5);
    expect(places(log)[0]).toEqual({
      artifactLocation: { uri: 'five/orders.yaml', uriBaseId: '%SRCROOT%' },
      region: { startLine: 8, startColumn: 7, endLine: 8, endColumn: 13 },
    });
    expect(places(JSON.parse(outside.stdout) as Sarif)[0]).toMatchObject({
      artifactLocation: { uri: `file://${join(directory, 'five/orders.yaml')}` },
    });
  });

  test('a folder without mistakes, and paths relative to the working directory', async () => {
    const told = 'shop/policies: 1 policy, 1 issuer, 0 tests: no errors\n';
    expect(await run('check', 'shop/policies')).toEqual({ code: 0, stdout: told, stderr: '' });
    expect(await lictor(['check', '..'], { directory: join(directory, 'five') })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('\norders.yaml:8:7: error[unknown_field]'),
    });
  });
});

describe('test', () => {
  test('a failing case shows its place, the request, and the expected and actual answers', async () => {
    expect(steady(await run('test', 'failing'))).toEqual({
      code: 1,
      stdout: `orders
  ✓ checkout reads
  ✗ checkout writes
      failing/orders.test.yaml:16
      request   POST https://orders.acme.svc/api/orders
      caller    spiffe://acme.example/ns/shop/sa/checkout
      token     of acme

                wanted  got
      decision  allow   deny
      status    200     403
      rule      read    (none)

      answered  deny 403 no_rule by orders: no rule allows this request
      policies  orders
      rules     in order of evaluation:
        allow  orders/read  not selected by its match: the method is not GET

  ✓ checkout × read
  ✓ anonymous × read

3 passed, 1 failed (4 cases, N ms)
`,
      stderr: '',
    });
  });

  test('the same for programs', async () => {
    const { code, stdout } = await run('test', 'failing', '--output', 'json');
    const { cases, ...counts } = JSON.parse(stdout) as { cases: unknown[] };
    expect([code, counts, cases.length]).toEqual([1, { passed: 3, failed: 1 }, 4]);
    expect(cases[1]).toEqual({
      test: 'orders',
      name: 'checkout writes',
      file: 'failing/orders.test.yaml',
      line: 16,
      ok: false,
      decision: 'deny',
      reason: 'no_rule',
      status: 403,
      policy: 'orders',
      rule: '',
      failures: [
        { field: 'decision', wanted: 'allow', got: 'deny' },
        { field: 'status', wanted: '200', got: '403' },
        { field: 'rule', wanted: 'read', got: '' },
      ],
      policies: ['orders'],
      skipped: [],
      rules: [
        { name: 'orders/read', effect: 'allow', result: 'not selected by its match: the method is not GET' },
      ],
      conditions: [],
    });
  });

  test.each<[string, readonly string[], number, string, string]>([
    ['all pass', ['passing'], 0, '\n4 passed (4 cases, N ms)\n', ''],
    ['a filter', ['failing', '--filter', 'reads'], 0, '\n1 passed (1 case, N ms)\n', ''],
    ['a filter without a match', ['passing', '--filter', 'x'], 1, '', 'no case has such a name'],
    ['no tests', ['shop/policies'], 1, '', 'the folder has no tests'],
    ['no tests, with --allow-empty', ['shop/policies', '--allow-empty'], 0, '', ''],
    ['a folder that does not compile', ['five'], 4, '', 'the folder does not compile, no test was run'],
    ['a missing folder', ['nowhere'], 2, '', '`nowhere` does not exist'],
    ['no argument: the working directory', [], 4, '', 'the folder does not compile'],
    [
      'an unknown output format',
      ['passing', '--output', 'xml'],
      2,
      '',
      '--output: `xml` is not a known value',
    ],
  ])('%s', async (_, args, code, stdout, stderr) => {
    const ended = steady(await run('test', ...args));
    expect(ended.code).toBe(code);
    expect(ended.stdout).toContain(stdout);
    expect(ended.stderr).toContain(stderr);
    expect(ended.stderr === '').toBe(stderr === '');
  });
});

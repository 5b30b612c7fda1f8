import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess, writeFiles } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  rules:
    - name: small
      effect: allow
      when: >-
        request.method == 'GET' &&
        request.headers['x-size'] == 'small'
    - name: never
      effect: deny
      match: [{methods: [TRACE]}]
    - name: odd # lictor-uncovered: until the migration ends
      effect: deny
      match: [{paths: [/odd]}]
      when: request.method == 'PUT'
    - {name: all, effect: allow, when: "request.url_path == '/all'"}
  respond:
    allow:
      requestHeaders:
        set: {x-path: {cel: request.url_path}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: elsewhere}
spec:
  match: [{hosts: [elsewhere.acme.svc]}]
  limits: [{name: few, key: [request.method], rate: 1/s}] # lictor-uncovered:
`;
const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  cases:
    - name: small is allowed
      request: {path: /small, headers: {x-size: small}}
      expect: {decision: allow}
    - name: a size is wanted
      request: {path: /all}
      expect: {decision: deny, reason: policy_error}
`;

const MISSING = [
  "orders.yaml:9:9: never false\n9 |         request.method == 'GET' &&\n  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^\n",
  "orders.yaml:9:9: never false\n9 |         request.method == 'GET' &&\n  |         ^^^^^^^^^^^^^^^^^^^^^^^\n",
  "orders.yaml:10:9: never false\n10 |         request.headers['x-size'] == 'small'\n   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
  'orders.yaml:11:7: rule `orders/never` never matched',
  'orders.yaml:18:7: rule `orders/all` never tried',
  'orders.yaml:28:20: host `elsewhere.acme.svc` never matched',
  'orders.yaml:29:30: never evaluated',
];

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, { 'p/orders.yaml': POLICY, 'p/orders.test.yaml': TESTS });
});

afterAll(() => stack.disposeAsync());

test('gaps are told with their place, remarks leave out, and a floor that is not reached fails', async () => {
  const { code, stdout, stderr } = await inProcess(
    ['test', 'p', '--coverage', '--min-coverage', '33.5'],
    directory,
  );
  for (const gap of MISSING) expect(stdout).toContain(gap);
  expect(stdout.match(/: (never|rule|host) /g)).toHaveLength(MISSING.length);
  expect(stdout).toContain(`
  policy         rules     outcomes     patterns
  elsewhere          –          0/1          0/1  never reached
  orders           1/3          4/9          0/1   38 %
  all              1/3         4/10          0/2   33 %
`);
  expect(stdout).toContain(
    'left out by `# lictor-uncovered`: 1\n  p/orders.yaml:14: until the migration ends\n',
  );
  expect(stdout).toContain('p/orders.yaml:29: `# lictor-uncovered` gives no reason after the colon');
  expect(stderr).toBe('lictor test: 33 % is covered, `--min-coverage` asks for 33.5 %\n');
  expect(code).toBe(1);
});

test('a folder that is covered enough passes', async () => {
  const { code, stdout } = await inProcess(['test', 'p', '--min-coverage', '33.3'], directory);
  expect({ code, told: stdout.includes('coverage') }).toEqual({ code: 0, told: false });
});

describe('files', () => {
  const file = async (name: string): Promise<string> => {
    const { code, stderr } = await inProcess(['test', 'p', '--coverage-output', name], directory);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return readFile(join(directory, name), 'utf8');
  };

  test('lcov', async () => {
    expect(await file('c.lcov')).toBe(`TN:lictor
SF:p/orders.yaml
FN:6,orders/small
FN:11,orders/never
FN:14,orders/odd
FN:18,orders/all
FNDA:1,orders/small
FNDA:0,orders/never
FNDA:0,orders/odd
FNDA:0,orders/all
FNF:4
FNH:1
BRDA:9,0,0,1
BRDA:9,0,1,0
BRDA:9,1,0,2
BRDA:9,1,1,0
BRDA:10,2,0,1
BRDA:10,2,1,0
BRDA:17,3,0,-
BRDA:17,3,1,-
BRDA:18,4,0,-
BRDA:18,4,1,-
BRF:10
BRH:3
DA:6,2
DA:9,2
DA:10,2
DA:11,2
DA:13,0
DA:14,2
DA:16,0
DA:17,0
DA:18,0
DA:22,1
DA:28,0
DA:29,0
LF:12
LH:6
end_of_record
`);
  });

  test('JSON', async () => {
    const report = JSON.parse(await file('c.json')) as {
      policies: { policy: string; rules: object[]; expressions: object[] }[];
      gaps: object[];
    };
    const orders = report.policies.find(({ policy }) => policy === 'orders');
    expect(orders?.rules[0]).toEqual({
      rule: 'small',
      effect: 'allow',
      file: 'p/orders.yaml',
      line: 6,
      tried: 2,
      matched: 1,
      failed: 1,
      cases: ['orders: small is allowed'],
    });
    expect(orders?.expressions).toContainEqual({
      file: 'p/orders.yaml',
      line: 9,
      column: 9,
      evaluated: 2,
      cases: ['orders: small is allowed', 'orders: a size is wanted'],
      conditions: [
        expect.objectContaining({ line: 9, column: 9, true: 1, false: 0, error: 1 }),
        { text: "request.method == 'GET'", line: 9, column: 9, true: 2, false: 0, error: 0 },
        expect.objectContaining({ line: 10, true: 1, false: 0, error: 1 }),
      ],
    });
    expect(report.gaps).toHaveLength(7);
  });

  test('a page that needs nothing else, with what is missing marked', async () => {
    const page = await file('c.html');
    expect(page).toContain('<h1>Policy coverage: 33 %</h1>');
    expect(page).toContain(
      "data-n=\"10\">        <mark>request.headers['x-size'] == 'small'</mark><em>never false</em>",
    );
    expect(page).toContain('<b title="orders: small is allowed">1 case</b>');
    expect(page).toContain("request.method == 'GET' &amp;&amp;");
    expect(page).not.toMatch(/<script|<link|src=|https?:/);
  });

  test('another kind of file is refused', async () => {
    const { code, stderr } = await inProcess(['test', 'p', '--coverage-output', 'c.xml'], directory);
    expect(code).toBe(2);
    expect(stderr).toContain('--coverage-output: `c.xml` does not end in .lcov, .info, .html or .json');
  });
});

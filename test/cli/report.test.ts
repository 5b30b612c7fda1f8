import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended } from '../support/command.ts';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata:
  name: orders
  description: Who may "order" | what, and how
  owner: =team-orders
  controls: [SOC2-CC6.1, PCI-DSS-7.2.1]
spec:
  match: [{hosts: [orders.acme.svc]}]
  rules:
    - {name: read, effect: allow, match: [{methods: [GET]}]}
    - {name: no-export, effect: deny, when: request.url_path == '/export'}
  limits:
    - {name: calls, key: [source.address], rate: 1/s}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: wiki, controls: [SOC2-CC6.1]}
spec:
  match: [{hosts: [wiki.acme.svc]}]
  mode: shadow
  rules: [{name: read, effect: allow}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: closed, controls: [SOC2-CC6.6]}
spec: {match: [{hosts: [closed.acme.svc]}]}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: open, owner: team-web}
spec:
  match: [{hosts: [www.acme.svc]}]
  rules: [{name: look, effect: allow, expires: "2027-01-01T00:00:00Z", reason: OPS-7}]
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  requests: {read: {host: orders.acme.svc, path: /a}}
  cases:
    - {name: everybody reads, request: read, expect: {rule: orders/read}}
    - {name: too much, request: read, repeat: 3, expect: {rule: calls}}
    - {name: two policies have such a rule, request: read, expect: {decision: deny, rule: read}}
    - {name: with its policy beside it, request: read, expect: {policy: orders, rule: read}}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await mkdir(join(directory, 'policies'));
  await mkdir(join(directory, 'plain'));
  await writeFile(join(directory, 'policies/all.yaml'), POLICIES);
  await writeFile(join(directory, 'plain/all.yaml'), POLICIES.replaceAll(/,? *controls: \[.*?\]/g, ''));
});

afterAll(() => stack.disposeAsync());

const run = (...args: readonly string[]): Promise<Ended> => inProcess(['report', ...args], directory);

test('as text', async () => {
  expect(await run('policies')).toEqual({
    code: 0,
    stderr: '',
    stdout: `PCI-DSS-7.2.1
  orders (=team-orders)  policies/all.yaml:4
    Who may "order" | what, and how
    deny no-export  no test expects it
    allow read      2 tests
    limit calls     1 test

SOC2-CC6.1
  orders (=team-orders)  policies/all.yaml:4
    Who may "order" | what, and how
    deny no-export  no test expects it
    allow read      2 tests
    limit calls     1 test
  wiki (no owner, shadow, decides nothing)  policies/all.yaml:18
    allow read  no test expects it

SOC2-CC6.6
  closed (no owner)  policies/all.yaml:26

without a control: open
exceptions:
  open/look ends 2027-01-01T00:00:00.000Z: OPS-7
3 controls, 4 policies, 5 rules and limits, 2 of them expected by a test
`,
  });
});

test('a folder without controls', async () => {
  const { stdout } = await run('plain');
  expect(stdout).toContain('no policy names a control (`metadata.controls`)');
  expect(stdout).toContain('without a control: closed, open, orders, wiki\n');
});

test('as Markdown, with escaped characters', async () => {
  const { stdout } = await run('policies', '--output', 'markdown');
  expect(stdout).toContain(`## SOC2-CC6.1

| policy | owner | rule | effect | tests | place |
|---|---|---|---|---|---|
| orders | =team-orders | no-export | deny | 0 | policies/all.yaml:12 |
| orders | =team-orders | read | allow | 2 | policies/all.yaml:11 |
| orders | =team-orders | calls | limit | 1 | policies/all.yaml:14 |
| wiki (shadow) |  | read | allow | 0 | policies/all.yaml:22 |
`);
  expect(stdout).toMatch(
    /\| open\/look \| 2027-01-01T00:00:00.000Z \| OPS-7 \|\n\n## Without a control\n\n- open\n$/,
  );
});

test('as CSV, without formulas', async () => {
  const { stdout } = await run('policies', '--output', 'csv');
  const rows = stdout.split('\r\n');
  expect(rows[0]).toBe('control,policy,owner,mode,effect,rule,tests,expires,reason,file,line');
  expect(rows[2]).toBe("PCI-DSS-7.2.1,orders,'=team-orders,enforce,allow,read,2,,,policies/all.yaml,11");
  expect(rows).toContain('SOC2-CC6.6,closed,,enforce,,,,,,policies/all.yaml,26');
  expect(rows).toContain(
    ',open,team-web,enforce,allow,look,0,2027-01-01T00:00:00.000Z,OPS-7,policies/all.yaml,34',
  );
  expect(rows.at(-1)).toBe('');
});

test('as JSON', async () => {
  const { stdout } = await run('policies', '--output', 'json');
  const told = JSON.parse(stdout) as { policies: { name: string; rules: unknown[] }[] };
  expect(told).toMatchObject({
    controls: [
      { control: 'PCI-DSS-7.2.1', policies: ['orders'] },
      { control: 'SOC2-CC6.1', policies: ['orders', 'wiki'] },
      { control: 'SOC2-CC6.6', policies: ['closed'] },
    ],
    uncontrolled: ['open'],
  });
  expect(told.policies.find(({ name }) => name === 'orders')?.rules[1]).toEqual({
    name: 'read',
    effect: 'allow',
    file: 'policies/all.yaml',
    line: 11,
    tests: ['orders: everybody reads', 'orders: with its policy beside it'],
    expires: null,
    reason: null,
  });
});

test.each([
  ['no such folder', ['nowhere'], '`nowhere` does not exist'],
  [
    'a form that there is not',
    ['policies', '--output', 'xml'],
    '--output: `xml` is not a known value; write text, markdown, json or csv',
  ],
])('%s is wrong usage', async (_, args, message) => {
  const ended = await run(...args);
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(message);
});

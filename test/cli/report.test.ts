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
  rules: [{name: look, effect: allow, expires: "2999-01-01T00:00:00Z", reason: OPS-7}]
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
  callers: {web: {}}
  matrix: [{callers: [web], requests: [read], others: allow}]
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
    deny no-export  no test reaches it
    allow read      4 tests
    limit calls     4 tests

SOC2-CC6.1
  orders (=team-orders)  policies/all.yaml:4
    Who may "order" | what, and how
    deny no-export  no test reaches it
    allow read      4 tests
    limit calls     4 tests
  wiki (no owner, shadow, decides nothing)  policies/all.yaml:18
    allow read  no test reaches it

SOC2-CC6.6
  closed (no owner)  policies/all.yaml:26

without a control: open
exceptions:
  open/look ends 2999-01-01T00:00:00.000Z: OPS-7
1 test case failed, and count for no rule: orders: two policies have such a rule
3 controls, 4 policies, 5 rules and limits, 2 of them reached by a test
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
| orders | =team-orders | read | allow | 4 | policies/all.yaml:11 |
| orders | =team-orders | calls | limit | 4 | policies/all.yaml:14 |
| wiki (shadow) |  | read | allow | 0 | policies/all.yaml:22 |
`);
  expect(stdout).toMatch(
    /\| open\/look \| 2999-01-01T00:00:00.000Z \| later \| OPS-7 \|\n\n## Without a control\n\n- open\n$/,
  );
});

test('as CSV, without formulas', async () => {
  const { stdout } = await run('policies', '--output', 'csv');
  const rows = stdout.split('\r\n');
  expect(rows[0]).toBe('control,policy,owner,mode,effect,rule,tests,expires,reason,file,line');
  expect(rows[2]).toBe("PCI-DSS-7.2.1,orders,'=team-orders,enforce,allow,read,4,,,policies/all.yaml,11");
  expect(rows).toContain('SOC2-CC6.6,closed,,enforce,,,,,,policies/all.yaml,26');
  expect(rows).toContain(
    ',open,team-web,enforce,allow,look,0,2999-01-01T00:00:00.000Z,OPS-7,policies/all.yaml,34',
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
    mode: 'enforce',
    file: 'policies/all.yaml',
    line: 11,
    tests: [
      'orders: everybody reads',
      'orders: too much',
      'orders: with its policy beside it',
      'orders: web × read',
    ],
    expires: null,
    reason: null,
  });
});

describe('with a catalogue', () => {
  const catalogue = (text: string) => writeFile(join(directory, 'controls.yaml'), text);

  test('controls that no policy implements are listed, and those that it does not have', async () => {
    await catalogue('SOC2-CC6.1: Logical access\nISO27001-A.8.3: Access restriction\nSOC2-CC6.6: ~\n');
    const { code, stdout } = await run('policies', '--catalogue', 'controls.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('SOC2-CC6.1  Logical access\n  orders (=team-orders)');
    expect(stdout).toContain('\nISO27001-A.8.3  Access restriction\n  no policy implements it\n');
    expect(stdout).toContain('\nnot in the catalogue: PCI-DSS-7.2.1\n');
    expect(stdout).toContain('\n4 controls, 1 of them without a policy, 4 policies');
    const markdown = await run('policies', '--catalogue', 'controls.yaml', '--output', 'markdown');
    expect(markdown.stdout).toContain('## ISO27001-A.8.3 Access restriction\n\nNo policy implements it.\n');
    expect(markdown.stdout).toContain('## Not in the catalogue\n\n- PCI-DSS-7.2.1\n');
    const csv = await run('policies', '--catalogue', 'controls.yaml', '--output', 'csv');
    expect(csv.stdout).toContain('\r\nISO27001-A.8.3,,,,,,,,,,\r\n');
  });

  test('a list of identifiers is a catalogue', async () => {
    await catalogue('[SOC2-CC6.1, SOC2-CC6.8]\n');
    const { stdout } = await run('policies', '--catalogue', 'controls.yaml', '--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      controls: [
        { control: 'SOC2-CC6.1', title: '', policies: ['orders', 'wiki'] },
        { control: 'SOC2-CC6.8', title: '', policies: [] },
        { control: 'PCI-DSS-7.2.1', policies: ['orders'] },
        { control: 'SOC2-CC6.6', policies: ['closed'] },
      ],
      uncatalogued: ['PCI-DSS-7.2.1', 'SOC2-CC6.6'],
    });
  });

  test.each([
    ['is not there', undefined, '--catalogue: `none.yaml` does not exist'],
    ['is not YAML', 'a: [', '--catalogue: `controls.yaml:1:4`: '],
    ['holds something else', 'a: {b: c}', 'is not a mapping from controls to their titles'],
  ])('a file that %s is refused', async (_, text, message) => {
    if (text !== undefined) await catalogue(text);
    const ended = await run('policies', '--catalogue', text === undefined ? 'none.yaml' : 'controls.yaml');
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(message);
  });
});

test('exceptions that have ended or end soon are marked', async () => {
  const rule = (name: string, end: string): string =>
    `    - {name: ${name}, effect: allow, expires: "${end}", reason: R}\n`;
  const text = `apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec:
  rules:
${rule('old', '2020-01-01T00:00:00Z')}${rule('far', '2999-01-01T00:00:00Z')}`;
  await mkdir(join(directory, 'ends'));
  await writeFile(join(directory, 'ends/p.yaml'), text);
  const soon = await run('ends', '--ending-within', '1000000');
  expect(soon.stdout).toContain('  p/old ended 2020-01-01T00:00:00.000Z: R\n');
  expect(soon.stdout).toMatch(/ {2}p\/far ends 2999-01-01T00:00:00.000Z, within \d+ days: R\n/);
  const later = await run('ends', '--output', 'json');
  expect(JSON.parse(later.stdout)).toMatchObject({
    exceptions: [
      { rule: 'old', state: 'ended', days_left: 0 },
      { rule: 'far', state: 'later' },
    ],
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

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders, controls: [SOC2-CC6.1]}
spec:
  match: [{hosts: [orders.acme.svc]}]
  variables: {agent: "request.headers[?'user-agent'].orValue('')"}
  rules:
    - {name: read, effect: allow, from: [{principals: ["spiffe://acme.example/shop"]}]}
    - {name: no-bots, effect: deny, mode: shadow, match: [{methods: [GET]}], when: "variables.agent.contains('bot')"}
    - {name: ads, effect: allow, mode: shadow, from: [{principals: ["spiffe://acme.example/ads"]}]}
`;
const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  callers: {shop: {principal: "spiffe://acme.example/shop"}, ads: {principal: "spiffe://acme.example/ads"}, other: {principal: "spiffe://acme.example/other"}}
  requests: {read: {host: orders.acme.svc, path: /a}}
  cases:
    - name: a bot
      caller: shop
      request: read
      with: {headers: {user-agent: a bot}}
      expect: {decision: allow, rule: orders/read, shadow: {orders/no-bots: deny, orders/ads: allow}}
    - name: a person
      caller: shop
      request: read
      expect: {decision: allow, shadow: {orders/no-bots: allow}}
    - {name: a bot that writes, caller: shop, request: read, with: {method: PUT, headers: {user-agent: a bot}}, expect: {decision: allow, shadow: {orders/no-bots: allow}}}
    - name: ads
      caller: ads
      request: read
      expect: {decision: deny, reason: peer_untrusted, shadow: {orders/ads: allow}}
    - {name: others, caller: other, request: read, expect: {decision: deny, shadow: {orders/ads: deny}}}
    - {name: elsewhere, caller: shop, request: read, with: {host: b.test}, expect: {shadow: {orders/ads: ~}}}
`;
const SHOP = ['--host', 'orders.acme.svc', '--principal', 'spiffe://acme.example/shop'];

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, { 'p/orders.yaml': POLICIES, 'p/orders.test.yaml': TESTS });
});

afterAll(() => stack.disposeAsync());

test('check has nothing to say about them', async () => {
  expect(await inProcess(['check', '--strict', 'p'], directory)).toMatchObject({ code: 0, stderr: '' });
});

test('test compares their verdicts, and covers their conditions', async () => {
  const { code, stdout } = await inProcess(['test', '--coverage', 'p'], directory);
  expect(stdout).toContain('6 passed');
  expect(stdout).not.toContain('not covered');
  expect(code).toBe(0);
});

test('mutations of them are found', async () => {
  const { stdout } = await inProcess(['test', '--mutate', 'p'], directory);
  expect(stdout).toMatch(/mutation score 100 % \(\d+ detected, 0 survived\)/);
});

test('a failed expectation shows the rule and its values', async () => {
  await writeFile(
    join(directory, 'p/orders.test.yaml'),
    TESTS.replace('shadow: {orders/no-bots: deny, orders/ads: allow}', 'shadow: {orders/no-bots: allow}'),
  );
  const { code, stdout } = await inProcess(['test', 'p'], directory);
  await writeFile(join(directory, 'p/orders.test.yaml'), TESTS);
  expect(code).toBe(1);
  expect(stdout).toContain('shadow.orders/no-bots  allow   deny\n');
  expect(stdout).toContain('allow  orders/read              matched\n');
  expect(stdout).toContain('deny   orders/no-bots (shadow)  matched\n');
  expect(stdout).toContain("        variables.agent.contains('bot')  true\n");
});

test('eval shows them beside the decision', async () => {
  const { stdout } = await inProcess(['eval', 'p', ...SHOP, '--header', 'user-agent: bot'], directory);
  expect(stdout).toContain('allow 200 by orders/read');
  expect(stdout).toMatch(/✗ orders: deny no-bots {2}in shadow: true {2}\S+:9\n {6}when: variables.agent/);
  expect(stdout).toContain('✓ orders: allow read  `from` names the caller');
  expect(stdout).toMatch(/ {4}orders: allow ads {2}not evaluated/);
  expect(stdout).toContain(`With a shadow rule enforced, the decision would be
  orders/no-bots  deny rule_denied
  orders/ads  allow
`);
  // Each variable is shown once, though two rules may have read it.
  expect(stdout.match(/variables\.agent: /g)).toHaveLength(1);
});

test('eval shows the first case of an allow rule that would let a peer in', async () => {
  const ads = ['--host', 'orders.acme.svc', '--principal', 'spiffe://acme.example/ads', '--output', 'json'];
  const { stdout } = await inProcess(['eval', 'p', ...ads], directory);
  const report = JSON.parse(stdout) as { rules: readonly object[]; shadow: unknown };
  expect(report).toMatchObject({ decision: 'deny', reason: 'peer_untrusted' });
  expect(report.shadow).toEqual([
    { of: 'rule', policy: 'orders', rule: 'no-bots', decision: 'deny', reason: 'peer_untrusted' },
    { of: 'rule', policy: 'orders', rule: 'ads', decision: 'allow', reason: 'allowed' },
  ]);
  expect(report.rules).toContainEqual(
    expect.objectContaining({ what: 'allow ads', state: 'yes', why: 'in shadow: `from` names the caller' }),
  );
});

test('effective marks them, and names no peer that only they name', async () => {
  const where = ['--host', 'orders.acme.svc', '--path', '/a', '--method', 'GET'];
  const { stdout } = await inProcess(['effective', 'p', ...where], directory);
  expect(stdout).toContain('orders/no-bots (shadow)  GET');
  expect(stdout).toContain('orders/ads (shadow)  every request');
  expect(stdout).toContain('orders  a peer that is spiffe://acme.example/shop  ');
  const json = await inProcess(['effective', 'p', ...where, '--output', 'json'], directory);
  const { governed } = JSON.parse(json.stdout) as { governed: readonly { name: string; mode: string }[] };
  expect(governed.flatMap(({ name, mode }) => (mode === 'shadow' ? name : []))).toEqual(['no-bots', 'ads']);
});

test('report marks them', async () => {
  const text = await inProcess(['report', 'p'], directory);
  expect(text.stdout).toContain('deny no-bots  1 test, shadow, decides nothing\n');
  expect(text.stdout).toMatch(/allow read {4}\d tests\n/);
  const markdown = await inProcess(['report', 'p', '--output', 'markdown'], directory);
  expect(markdown.stdout).toContain('| no-bots (shadow) | deny | 1 |');
  const csv = await inProcess(['report', 'p', '--output', 'csv'], directory);
  expect(csv.stdout).toContain('SOC2-CC6.1,orders,,shadow,deny,no-bots,1,');
  expect(csv.stdout).toContain('SOC2-CC6.1,orders,,enforce,allow,read,');
});

test('another policy that authenticates peers is said where there is one', async () => {
  const mesh = `apiVersion: lictor/v1
kind: Policy
metadata: {name: mesh}
spec: {match: [{hosts: [orders.acme.svc], paths: [/mesh]}], authenticate: {mtls: {}}}
`;
  await writeFiles(directory, { 'q/orders.yaml': POLICIES, 'q/mesh.yaml': mesh });
  const where = ['--host', 'orders.acme.svc', '--path'];
  const said = 'orders  a peer that is spiffe://acme.example/shop, unless another policy authenticates one';
  expect((await inProcess(['effective', 'q', ...where, '/mesh'], directory)).stdout).toContain(said);
  expect((await inProcess(['effective', 'q', ...where, '/a'], directory)).stdout).not.toContain('unless');
  const evaluated = await inProcess(['eval', 'q', ...SHOP, '--path', '/mesh'], directory);
  expect(evaluated.stdout).toContain('shop, unless another policy authenticates one');
});

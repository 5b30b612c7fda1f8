import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended } from '../support/command.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec:
  match: [{hosts: [one.svc]}]
  rules:
    - {name: admins, effect: deny, when: "request.headers[?'x-role'].orValue('') == 'admin'"}
    - {name: all, effect: allow}
  respond: {allow: {requestHeaders: {set: {x-tenant: acme}}}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: values}
spec:
  match: [{hosts: [all.svc]}]
  rules: [{name: all, effect: allow, when: "request.header_values['x-role'] == ['user', 'admin']"}]
`;

const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: p}
spec:
  requests:
    twice: {host: one.svc, headers: {x-role: [user, admin]}}
  cases:
    - {name: twice, request: twice, expect: {decision: deny, reason: ambiguous_header, status: 400}}
    - {name: once, request: twice, with: {headers: {x-role: user}}, expect: {decision: allow}}
    - {name: a comma, request: twice, with: {headers: {x-role: ["user, admin"]}}, expect: {decision: allow}}
    - {name: all values, request: twice, with: {host: all.svc}, expect: {decision: allow}}
    - name: another spelling beside a set header
      request: {host: one.svc, headers: {x_tenant: evil, x-original-url: /admin}}
      expect: {decision: allow, requestHeaders: {x-tenant: acme, x_tenant: ~, x-original-url: ~}}
`;

/** Runs a verb in a folder with the policies, their tests and these files. */
async function run(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Ended> {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  await writeFiles(join(folder, 'policies'), { 'policy.yaml': POLICIES, 'policy.test.yaml': TESTS });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return await inProcess([...args], folder);
}

function evaluated(args: readonly string[], files?: Readonly<Record<string, string>>): Promise<Ended> {
  return run(['eval', 'policies', ...args], files);
}

test('a PolicyTest sends a header more than once with a list', async () => {
  const { code, stdout } = await run(['test', 'policies']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('5 cases')]);
});

test('a failed case shows every value of a header', async () => {
  const wrong = TESTS.replace('status: 400', 'status: 403');
  const { code, stdout } = await run(['test', 'policies'], { 'policies/policy.test.yaml': wrong });
  expect(code).toBe(1);
  expect(stdout).toContain('x-role: user');
  expect(stdout).toContain('x-role: admin');
});

test('an empty list of values is a mistake', async () => {
  const wrong = TESTS.replace('[user, admin]', '[]');
  const { code, stdout, stderr } = await run(['check', 'policies'], { 'policies/policy.test.yaml': wrong });
  expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('empty_list')]);
});

describe('lictor eval', () => {
  const TWICE = ['--header', 'x-role: user', '--header', 'X-Role: admin'];

  test('--header given twice sends the header twice, as to the server', async () => {
    const { code, stdout } = await evaluated(['--host', 'one.svc', ...TWICE]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('ambiguous_header')]);
    expect((await evaluated(['--host', 'all.svc', ...TWICE])).code).toBe(0);
    expect((await evaluated(['--host', 'one.svc', '--header', 'x-role: user, admin'])).code).toBe(0);
  });

  test('--header replaces all values of the request', async () => {
    const files = { 'request.yaml': 'request: {host: one.svc, headers: {x-role: [user, admin]}}' };
    expect((await evaluated(['--request', 'request.yaml'], files)).code).toBe(1);
    const changed = await evaluated(['--request', 'request.yaml', '--header', 'x-role: user'], files);
    expect(changed.code).toBe(0);
  });

  test('what the service does not get is shown', async () => {
    const { stdout } = await evaluated(['--host', 'one.svc', '--header', 'x_tenant: evil']);
    expect(stdout).toContain('x_tenant is taken away');
  });

  test.each([
    ['raw', 'one.svc', { headerMap: { headers: [raw('x-role', 'user,admin')] } }, 0],
    ['raw', 'one.svc', { header_map: { headers: [raw('x-role', 'user'), raw('x-role', 'admin')] } }, 1],
    ['raw', 'all.svc', { headerMap: { headers: [raw('x-role', 'user'), raw('x-role', 'admin')] } }, 0],
    ['joined', 'one.svc', { headers: { 'x-role': 'user,admin' } }, 1],
    ['joined', 'all.svc', { headers: { 'x-role': 'user,admin' } }, 1],
    ['joined', 'one.svc', { headers: { 'x-role': 'user' } }, 0],
  ])('a CheckRequest with %s headers to %s: %j', async (_, host, headers, code) => {
    const check = { attributes: { request: { http: { method: 'GET', host, path: '/', ...headers } } } };
    const files = { 'check.json': JSON.stringify(check) };
    const ended = await evaluated(['--request', 'check.json'], files);
    expect([ended.code, ended.stderr]).toEqual([code, '']);
    expect(ended.stdout.includes('ambiguous_header')).toBe(code === 1);
  });
});

/** One entry of `header_map`, its bytes in base64. */
function raw(key: string, value: string): { readonly key: string; readonly raw_value: string } {
  return { key, raw_value: Buffer.from(value).toString('base64') };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended } from '../../support/command.ts';
import { inProcess } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: egress}
spec:
  match: [{methods: [CONNECT], hosts: [db.acme.svc]}]
  authenticate: {mtls: {principals: ["spiffe://acme.example/ns/shop/sa/*"]}}
  rules: [{name: database, effect: allow, when: request.path == ''}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: server}
spec:
  match: [{methods: [OPTIONS], hosts: [db.acme.svc]}]
  rules: [{name: options, effect: allow, when: request.url_path == '*'}]
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: egress}
spec:
  callers: {web: {principal: spiffe://acme.example/ns/shop/sa/web}}
  requests:
    tunnel: {method: CONNECT, host: "db.acme.svc:5432"}
    options: {method: OPTIONS, host: db.acme.svc, path: "*"}
  cases:
    - {name: to the database, caller: web, request: tunnel, expect: {decision: allow, rule: egress/database}}
    - {name: an empty path, caller: web, request: tunnel, with: {path: ""}, expect: {rule: egress/database}}
    - {name: a path, caller: web, request: tunnel, with: {path: /}, expect: {reason: no_rule}}
    - {name: another method, caller: web, request: tunnel, with: {method: GET, path: ""}, expect: {reason: ambiguous_path}}
    - {name: the whole server, request: options, expect: {rule: server/options}}
`;

/** The request of a CONNECT as Envoy sends it. */
const CHECK = {
  attributes: {
    source: { principal: 'spiffe://acme.example/ns/shop/sa/web' },
    request: {
      http: {
        method: 'CONNECT',
        host: 'db.acme.svc:5432',
        path: '',
        protocol: 'HTTP/1.1',
        headers: { ':method': 'CONNECT', ':authority': 'db.acme.svc:5432' },
      },
    },
  },
};

const stack = new AsyncDisposableStack();
let folder: string;

beforeAll(async () => {
  folder = await scratchFolder(stack);
  await mkdir(join(folder, 'policies'));
  await writeFile(join(folder, 'policies/egress.yaml'), POLICIES);
  await writeFile(join(folder, 'request.json'), JSON.stringify(CHECK));
  await writeFile(
    join(folder, 'request.yaml'),
    'caller: {principal: spiffe://acme.example/ns/shop/sa/web}\nrequest: {method: CONNECT, host: "db.acme.svc:5432"}\n',
  );
});

afterAll(() => stack.disposeAsync());

function run(...args: readonly string[]): Promise<Ended> {
  return inProcess(args, folder);
}

test('a PolicyTest sends CONNECT without a path', async () => {
  const { code, stdout, stderr } = await run('test', 'policies');
  expect({ code, stderr, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('5 passed') });
});

test.each([
  ['a CheckRequest', ['--request', 'request.json']],
  ['a request in YAML', ['--request', 'request.yaml']],
  ['flags', ['--method', 'CONNECT', '--host', 'db.acme.svc:5432']],
  ['flags with an empty path', ['--method', 'CONNECT', '--host', 'db.acme.svc:5432', '--path', '']],
])('eval decides CONNECT from %s', async (_, args) => {
  const principal = ['--principal', 'spiffe://acme.example/ns/shop/sa/web'];
  const { code, stdout, stderr } = await run('eval', 'policies', ...args, ...principal, '--output', 'json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    decision: 'allow',
    rule: 'database',
    request: { method: 'CONNECT', host: 'db.acme.svc:5432', path: '' },
  });
});

test('eval rejects an empty path with another method', async () => {
  const { code, stderr } = await run('eval', 'policies', '--host', 'db.acme.svc', '--path', '');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('the path is empty, and only CONNECT has none'),
  });
});

test('effective lists what governs CONNECT and OPTIONS *', async () => {
  const connect = await run(
    'effective',
    'policies',
    '--host',
    'db.acme.svc',
    '--path',
    '',
    '--method',
    'CONNECT',
  );
  expect(connect).toMatchObject({ code: 0, stdout: expect.stringContaining('egress/database') });
  expect(connect.stdout).not.toContain('no leading slash');
  const options = await run(
    'effective',
    'policies',
    '--host',
    'db.acme.svc',
    '--path',
    '*',
    '--method',
    'OPTIONS',
  );
  expect(options).toMatchObject({ code: 0, stdout: expect.stringContaining('server/options') });
});

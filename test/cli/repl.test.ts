import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { environmentOf, NO_FOLDER } from '../../src/cli/eval/expression.ts';
import { complete } from '../../src/cli/repl/complete.ts';
import { REPL_FLAGS } from '../../src/cli/repl/flags.ts';
import { repl } from '../../src/cli/repl/repl.ts';
import { readFlags } from '../../src/flag/read-flags.ts';
import { type Ended, lictor } from '../support/command.ts';
import { Collector, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{name: read, effect: allow, match: [{methods: [GET]}], when: "jwt.claims.tenant in data.tenants"}]
---
apiVersion: lictor/v1
kind: Dataset
metadata: {name: tenants}
spec: {values: [acme]}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", anyAudience: true, keys: {jwksUri: "https://login.acme.example/jwks"}}
`;

const REQUEST = ['--host', 'orders.acme.svc', '--issuer', 'acme', '--claim', 'tenant=acme'];

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, { 'p/orders.yaml': POLICIES });
});

afterEach(() => stack.disposeAsync());

const run = (lines: readonly string[], ...args: readonly string[]): Promise<Ended> =>
  lictor(['repl', ...args], { directory, input: lines.map((line) => `${line}\n`).join('') });

test('expressions of a file are evaluated over the request, false ones too', async () => {
  const ended = await run(
    ['request.host', '', '// a comment', 'jwt.claims.tenant in data.tenants', 'request.method == "PUT"'],
    'p',
    ...REQUEST,
  );
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^"orders\.acme\.svc"\n[^]*^true\n[^]*^false\n/m);
  expect(ended.stdout).not.toContain('> ');
});

test('commands change the request, show it and decide it', async () => {
  const { code, stdout, stderr } = await run(
    [
      ':decide',
      ':set method POST',
      ':set header x-a: 1',
      ":set header 'x-b: 2'",
      ':request',
      ':decide',
      ':clear header',
      ':request',
      ':quit',
      'nope',
    ],
    'p',
    ...REQUEST,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [allowed = '', first = '', denied = '', second = ''] = stdout.split(/^(?=allow|deny|POST)/m);
  expect(allowed).toMatch(/^allow 200 by orders\/read\n/);
  expect(first).toBe(
    'POST https://orders.acme.svc/\nx-a: 1\nx-b: 2\nfrom nobody (192.0.2.1)\ntoken of acme: {"tenant":"acme"}\n',
  );
  expect(denied).toMatch(/^deny 403 no_rule by orders/);
  expect(second).not.toContain('x-a');
});

test.each<readonly [string, string, string]>([
  ['an expression with a mistake', 'request.hots', 'expression:1:9: error[cel_unknown_name]'],
  ['an unknown flag', ':set metod GET', 'lictor repl: unknown flag `metod`; did you mean `method`?'],
  ['a value that is not valid', ':set address 1.2', 'lictor repl: address: `1.2` is not an IP address'],
  ['an unknown issuer', ':set issuer globex', 'known here: `acme`'],
  ['an unknown command', ':claer', 'lictor repl: unknown command `:claer`; known: `:request`'],
])('%s fails, and the next line is evaluated', async (_, line, message) => {
  const { code, stdout, stderr } = await run([line, '1 + 1'], 'p', ...REQUEST);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(stdout).toMatch(/^2\n/);
});

test('an evaluation that fails makes the exit code 1', async () => {
  const { code, stdout } = await run(['1 / (size(request.path) - 1)']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^failed: division by zero\n/);
});

test('without a folder there is nothing to decide by', async () => {
  expect(await run([':decide'])).toMatchObject({
    code: 1,
    stderr: 'lictor repl: no policies: name their folder, `lictor repl DIR`\n',
  });
});

test('standard input is for expressions', async () => {
  expect(await run(['1'], '--body', '-')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'lictor repl: standard input has the expressions, so that `-` cannot be a file\n',
  });
});

test.each<readonly [string, readonly string[]]>([
  ['request.me', ['request.method']],
  ["'a' in request.header_", ['request.header_values']],
  ["request.headers[?'x-", ["x-a'", "x-b'"]],
  ["request.headers['x-a", ["x-a'"]],
  ['jwt.claims.te', ['jwt.claims.tenant']],
  ['jwt.claims.?te', ['jwt.claims.?tenant']],
  ['cid', ['cidr(', 'cidrs(']],
  ['request.path.startsW', ['startsWith(']],
  ['[1].exi', ['exists(', 'exists_one(']],
  [':re', [':request']],
  [':set xfcc', ['xfcc-trusted-hops']],
  ['1 + ', []],
])('`%s` is completed', (line, expected) => {
  const names = { headers: ['x-a', 'x-b'], claims: ['tenant'] };
  const [found, replaced] = complete(line, environmentOf(NO_FOLDER), names);
  expect(line === '1 + ' ? [] : found.filter((each) => expected.includes(each))).toEqual(expected);
  expect(line.endsWith(replaced)).toBe(true);
  for (const each of found) expect(each.startsWith(replaced)).toBe(true);
});

test('on a terminal, Tab completes, and the history is kept without tokens', async () => {
  const { values: options } = readFlags(REPL_FLAGS, []);
  if (options === undefined) throw new Error('a default is not valid');
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const stdout = Object.assign(new Collector(), { isTTY: true, columns: 80 });
  const stderr = new Collector();
  const environment = { XDG_CACHE_HOME: join(directory, '.cache'), NO_COLOR: '1' };
  const ended = repl(undefined, options, { stdout, stderr, environment, directory }, stdin);
  for (const keys of [
    'request.met',
    '\t',
    '\r',
    ':set token a.b.c',
    '\r',
    ' :set token d.e.f',
    '\r',
    ':quit',
    '\r',
  ])
    stdin.write(keys);
  expect(await ended).toBe(0);
  expect(stdout.text).toContain('An expression, or :help.');
  expect(stdout.text).toContain('"GET"\n');
  const file = join(directory, '.cache/lictor/repl-history');
  expect(await readFile(file, 'utf8')).toBe(':quit\nrequest.method\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

import { join } from 'node:path';
import { commitAll, git, put, scratch } from '../policy/source/scratch.ts';
import { inProcess } from '../support/in-process.ts';

const ISSUER = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec:
  issuer: https://id.acme.example
  audiences: [services]
  keys: {jwksUri: "https://id.acme.example/jwks"}
`;

const policy = (scope: string, more = '') => `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  authenticate: {jwt: {issuers: [acme]}}
  rules:
    - allow: read
      match: [GET]
      when: "'${scope}' in jwt.scopes"
${more}`;

const TEST = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  now: 2026-06-01T12:00:00Z
  callers:
    reader: {jwt: {issuer: acme, claims: {scope: read}}}
  requests:
    list: {host: orders.acme.svc}
  matrix:
    - {callers: [reader], requests: [list], expect: {reader: allow}}
`;

/** The parts of the JSON report that tests read. */
interface Report {
  readonly before: { readonly written: string; readonly commit: string };
  readonly after: { readonly written: string };
  readonly tests: unknown;
  readonly witnesses: { readonly found: readonly { readonly kind: string }[] };
}

/** A repository with two versions, of which the second asks for another scope and has a rule for everybody. */
function repository(): string {
  const root = scratch();
  git(root, 'init', '-q', '-b', 'main');
  put(root, { 'policies/a.yaml': policy('read'), 'policies/i.yaml': ISSUER });
  commitAll(root);
  git(root, 'checkout', '-q', '-b', 'change');
  put(root, { 'policies/a.yaml': policy('reads', '    - {allow: any, match: [POST]}\n') });
  commitAll(root);
  git(root, 'checkout', '-q', 'main');
  return root;
}

const diff = (root: string, ...args: readonly string[]) =>
  inProcess(['diff', ...args, '--now', '2026-06-01T12:00:00Z', '--color', 'never'], root);

test('a branch is compared with another in words and by the smallest requests, without the work tree', async () => {
  const { code, stdout, stderr } = await diff(repository(), 'main', 'change');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.replaceAll(/ \([0-9a-f]{12}\)/g, '')).toBe(`from main to change

Text: documents that differ
  ~ a.yaml:10 Policy orders: rules[read].when: 'read' in jwt.scopes → 'reads' in jwt.scopes
  + a.yaml:11 Policy orders: rules[any] added

Tests: requests of the PolicyTests, by both versions
  no difference, 0 requests

Witnesses: requests made of the literals of both versions
  newly allowed: POST https://orders.acme.svc/ with a token of acme {}
      deny 403 no_rule by orders → allow by orders/any
  newly allowed: GET https://orders.acme.svc/ with a token of acme {"scope":"reads"}
      deny 403 no_rule by orders → allow by orders/read
  newly denied: GET https://orders.acme.svc/ with a token of acme {"scope":"read"}
      allow by orders/read → deny 403 no_rule by orders
`);
});

test('the requests of the tests are decided by both versions, each cell of a matrix included', async () => {
  const root = repository();
  put(root, { 'policies/t.yaml': TEST });
  commitAll(root);
  const { stdout } = await diff(root, 'HEAD', 'change', '--output', 'json');
  const { tests, before, after, witnesses } = JSON.parse(stdout) as Report;
  expect(tests).toMatchObject({
    compared: 1,
    skipped: 0,
    changes: [
      {
        test: 'orders',
        name: 'reader × list',
        of: 'before',
        kind: 'newly_denied',
        before: { decision: 'allow', rule: 'read' },
        after: { decision: 'deny', reason: 'no_rule' },
      },
    ],
  });
  expect([before.written, before.commit, after.written]).toEqual([
    'HEAD',
    git(root, 'rev-parse', 'HEAD'),
    'change',
  ]);
  expect(witnesses.found.map(({ kind }) => kind)).toEqual(['newly_allowed', 'newly_allowed', 'newly_denied']);
});

test.each([
  [[], 0],
  [['--fail-on', 'newly-allowed'], 1],
  [['--fail-on', 'newly-denied'], 1],
  [['--fail-on', 'any'], 1],
])('with %j the exit code is %d', async (flags, expected) => {
  expect((await diff(repository(), 'main', 'change', ...flags)).code).toBe(expected);
});

test('a version that does not differ fails on nothing, and may be a folder', async () => {
  const root = repository();
  const { code, stdout } = await diff(root, 'main', './policies', '--fail-on', 'any');
  expect(code).toBe(0);
  expect(stdout).toContain('no difference, 0 requests');
});

test('a comment of a pull request is collapsed, bounded, and text of policies is not markup in it', async () => {
  const root = repository();
  const rules = Array.from(
    { length: 1500 },
    (_, index) =>
      `    - {allow: r${index}, match: [PUT], when: "request.path == '/</details>\`<img src=x>${index}'"}\n`,
  );
  put(root, { 'policies/a.yaml': policy('read', rules.slice(0, 90).join('')) });
  commitAll(root);
  const { stdout } = await diff(root, 'HEAD~1', 'HEAD', '--output', 'markdown');
  expect(Buffer.byteLength(stdout)).toBeLessThan(60_000);
  const markup = stdout.replaceAll(/(`+)[^`].*?[^`]\1(?!`)/g, '');
  expect(markup).not.toContain('<img');
  expect(markup.match(/<details>/g)?.length).toBe(markup.match(/<\/details>/g)?.length);
});

test.each([
  [
    ['nowhere', 'main'],
    2,
    'lictor diff: `nowhere` is not a branch, tag or commit of the repository, and not a folder\n',
  ],
  [
    ['main', 'main', '--now', 'soon'],
    2,
    'lictor diff: `--now`: `soon` is not a time, such as `2026-06-01T12:00:00Z`\n',
  ],
])('%j is wrong usage', async (args, code, message) => {
  const root = repository();
  const ended = await inProcess(['diff', ...args], root);
  expect(ended).toMatchObject({ code, stdout: '', stderr: message });
});

test('the errors of a version that does not compile are shown, with exit code 4', async () => {
  const root = repository();
  put(root, { 'policies/a.yaml': policy('read').replace('jwt.scopes', 'jwt.scope') });
  commitAll(root);
  const { code, stderr } = await diff(root, 'HEAD~1', 'HEAD', join('policies'));
  expect(code).toBe(4);
  expect(stderr).toContain('policies/a.yaml:10:');
  expect(stderr).toContain('lictor diff: `HEAD` does not compile\n');
});

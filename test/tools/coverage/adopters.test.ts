import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess, writeFiles } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const TEMPLATE = `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: service}
spec:
  parameters: {host: {type: string}}
  match: [{hosts: [{param: host}]}]
  authenticate: {mtls: {principals: ["spiffe://acme.example/web", "spiffe://acme.example/app"]}}
  rules:
    - {name: read, effect: allow, match: [{methods: [GET, HEAD]}]}
  limits: [{name: few, key: [caller.principal], rate: 10/s}]
`;

const adopter = (name: string): string => `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec: {uses: {template: service, with: {host: ${name}}}}
`;

const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: t}
spec:
  callers: {web: {principal: "spiffe://acme.example/web"}}
  cases:
    - {name: reads, caller: web, request: {host: cart}, expect: allow}
    - {name: writes, caller: web, request: {host: ad, method: POST}, expect: deny}
`;

interface Covered {
  readonly covered: Readonly<Record<'rules' | 'outcomes' | 'patterns', object>>;
}

interface Report {
  readonly policies: readonly (Covered & {
    readonly policy: string;
    readonly expressions: readonly object[];
  })[];
  readonly templates: readonly (Covered & {
    readonly template: string;
    readonly expressions: readonly { readonly evaluated: number; readonly cases: readonly string[] }[];
    readonly patterns: readonly { readonly text: string; readonly matched: number }[];
    readonly adopters: readonly (Covered & {
      readonly policy: string;
      readonly gaps: readonly { readonly missing: string }[];
    })[];
  })[];
}

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, {
    'p/service.yaml': TEMPLATE,
    'p/ad.yaml': adopter('ad'),
    'p/cart.yaml': adopter('cart'),
    'p/t.yaml': TESTS,
  });
});

afterEach(() => stack.disposeAsync());

test('what a template contains is counted for the policy that evaluated it, and once for the template', async () => {
  const { stdout } = await inProcess(['test', 'p', '--coverage', '--coverage-output', 'c.json'], directory);
  const report = JSON.parse(await readFile(join(directory, 'c.json'), 'utf8')) as Report;
  const [service] = report.templates;
  expect(service?.covered).toEqual({
    rules: { covered: 1, total: 1 },
    outcomes: { covered: 1, total: 1 },
    patterns: { covered: 2, total: 4 },
  });
  // The key of the limit was evaluated for cart alone.
  expect(service?.expressions).toMatchObject([{ evaluated: 1, cases: ['t: reads'] }]);
  expect(service?.adopters.map(({ policy, covered }) => [policy, covered.outcomes])).toEqual([
    ['ad', { covered: 0, total: 1 }],
    ['cart', { covered: 1, total: 1 }],
  ]);
  expect(service?.adopters.map(({ policy, gaps }) => [policy, gaps.map(({ missing }) => missing)])).toEqual([
    ['ad', ['rule `ad/read` never matched', 'never evaluated']],
    ['cart', []],
  ]);
  expect(service?.patterns.map(({ text, matched }) => [text, matched])).toEqual([
    ['spiffe://acme.example/web', 2],
    ['spiffe://acme.example/app', 0],
    ['GET', 1],
    ['HEAD', 0],
  ]);
  expect(report.policies.map(({ policy, covered }) => [policy, covered.patterns])).toEqual([
    ['ad', { covered: 1, total: 1 }],
    ['cart', { covered: 1, total: 1 }],
  ]);
  expect(stdout).toContain('principal `spiffe://acme.example/app` never matched');
  expect(stdout).toContain('method `HEAD` never matched');
  expect(stdout).toContain('(not counted):\n  ad: p/service.yaml:9, 10\n');
});

test('--since counts the documents that changed', async () => {
  const git = (...args: readonly string[]): void => {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.c'];
    execFileSync('git', ['-C', directory, ...who, ...args], { stdio: 'pipe' });
  };
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'one');
  await writeFiles(directory, { 'p/cart.yaml': `${adopter('cart').trim().slice(0, -1)}, rules: []}\n` });
  const { code, stdout } = await inProcess(
    ['test', 'p', '--coverage', '--since', 'HEAD', '--min-coverage', '100'],
    directory,
  );
  expect(stdout.slice(stdout.indexOf('coverage\n'))).toBe(`coverage
  policy      rules     outcomes     patterns
  cart            –            –          1/1  100 %
  all             –            –          1/1  100 %
`);
  expect(code).toBe(0);
  const unknown = await inProcess(['test', 'p', '--coverage', '--since', 'nowhere'], directory);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('`--since`: ')]);
});

test('principals, issuers and entries of `from` and `except` are covered by the callers that match them', async () => {
  const policy = `apiVersion: lictor/v1
kind: Policy
metadata: {name: own}
spec:
  match: [{hosts: [own]}]
  authenticate: {mtls: {}, jwt: {issuers: [acme]}}
  rules:
    - name: read
      effect: allow
      from:
        - {principals: ["spiffe://acme.example/web", {data: exporters}, "spiffe://acme.example/none"]}
        - {issuers: [acme], scopes: [read]}
      except: [{principals: ["spiffe://acme.example/bad"]}]
---
{apiVersion: lictor/v1, kind: Dataset, metadata: {name: exporters}, spec: {values: ["spiffe://acme.example/exp"]}}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://id.acme.example", audiences: [orders], keys: {jwksUri: "https://id.acme.example/jwks"}}
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: own}
spec:
  callers:
    exp: {principal: "spiffe://acme.example/exp", jwt: {issuer: acme}}
    bad: {principal: "spiffe://acme.example/bad", jwt: {issuer: acme, claims: {scope: read}}}
  cases:
    - {name: an exporter, caller: exp, request: {host: own}, expect: allow}
    - {name: the bad one, caller: bad, request: {host: own}, expect: deny}
`;
  await writeFiles(directory, { 'p/own.yaml': policy });
  await inProcess(['test', 'p', '--coverage-output', 'c.json'], directory);
  const { policies } = JSON.parse(await readFile(join(directory, 'c.json'), 'utf8')) as {
    readonly policies: readonly {
      readonly policy: string;
      readonly patterns: readonly Readonly<Record<'kind' | 'text' | 'cases', unknown>>[];
    }[];
  };
  const own = policies.find((each) => each.policy === 'own');
  expect(own?.patterns.map(({ kind, text, cases }) => [kind, text, cases])).toEqual([
    ['host', 'own', ['own: an exporter', 'own: the bad one']],
    ['principal', 'spiffe://acme.example/web', []],
    ['principal', '{data: exporters}', ['own: an exporter']],
    ['principal', 'spiffe://acme.example/none', []],
    ['caller', 'from[1]', ['own: the bad one']],
    ['issuer', 'acme', ['own: the bad one']],
    ['principal', 'spiffe://acme.example/bad', ['own: the bad one']],
  ]);
});

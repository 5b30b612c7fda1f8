import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';
import { edited } from '../../../src/tools/mutation/edit.ts';
import { diffOf } from '../../../src/tools/mutation/mutant.ts';
import { mutantsOf } from '../../../src/tools/mutation/mutate.ts';
import { memoryFiles } from '../../policy/memory-files.ts';
import { compileFolder } from '../../support/compile.ts';

interface MutantSummary {
  readonly line: number;
  readonly what: string;
  readonly diff: readonly string[];
  readonly compiles: boolean;
}

/** All mutants of a policy with this spec, which begins on line 2. */
function mutantsOfSpec(spec: string): readonly MutantSummary[] {
  const text = `{apiVersion: lictor/v1, kind: Policy, metadata: {name: p}, spec:\n${spec}}\n`;
  return mutantsOfFile(text);
}

function mutantsOfFile(text: string): readonly MutantSummary[] {
  const file = readYaml('p.yaml', new TextEncoder().encode(text));
  expect(file.mistakes).toEqual([]);
  return mutantsOf(file).map(({ line, what, edit }) => ({
    line,
    what,
    diff: diffOf(file.lines, edit),
    compiles:
      compileFolder(
        memoryFiles({
          'p.yaml': edited(file.lines.text, edit),
          'i.yaml': ISSUERS,
          'guard.yaml': GUARD,
          'api.json': API,
        }),
      ).set !== undefined,
  }));
}

const API = '{"openapi": "3.1.1", "paths": {}}';
/** Authenticates for every policy, so that a mutant without `authenticate` compiles. */
const GUARD =
  'apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: guard}\nspec: {authenticate: {mtls: {}, jwt: {issuers: [acme]}}}\n';

const ISSUERS = ['acme', 'globex']
  .map(
    (name) =>
      `apiVersion: lictor/v1\nkind: Issuer\nmetadata: {name: ${name}}\nspec: {issuer: https://${name}.example, audiences: [a], keys: {jwksUri: "https://${name}.example/jwks"}}\n`,
  )
  .join('---\n');

describe('changes', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'callers, their entries and parts',
      `{authenticate: {mtls: {}, jwt: {issuers: [acme]}}, rules: [{name: r, effect: allow, from: [{principals: ["spiffe://a.example/b", CN=c], scopes: [s, t]}, {claims: {tenant: [acme, north], level: 2}}], except: [{issuers: [acme]}]}]}`,
      [
        '`mtls` is dropped',
        '`jwt` is dropped',
        '`allow` becomes `deny`',
        '`from` is dropped',
        'the entry of `from` is dropped',
        '`principals` is dropped',
        '`spiffe://a.example/b` becomes `spiffe://a.example/**`',
        '`spiffe://a.example/b` is dropped from `principals`',
        '`CN=c` is dropped from `principals`',
        '`scopes` is dropped',
        '`s` is dropped from `scopes`',
        '`t` is dropped from `scopes`',
        'the entry of `from` is dropped',
        '`tenant` is dropped from `claims`',
        '`acme` is dropped from `tenant`',
        '`north` is dropped from `tenant`',
        '`level` is dropped from `claims`',
        '`except` is dropped',
      ],
    ],
    [
      'operators, operands and negations',
      `{rules: [{name: r, effect: allow, when: "request.method == 'GET' && !(request.size < 3 || request.host != 'a')"}]}`,
      [
        '`allow` becomes `deny`',
        'the condition is dropped',
        '`&&` becomes `||`',
        "`request.method == 'GET'` is dropped",
        "`!(request.size < 3 || request.host != 'a')` is dropped",
        '`==` becomes `!=`',
        'the negation is dropped',
        '`||` becomes `&&`',
        '`request.size < 3` is dropped',
        "`request.host != 'a'` is dropped",
        '`<` becomes `<=`',
        '`!=` becomes `==`',
      ],
    ],
    [
      'several operands, and macros',
      `{rules: [{name: r, effect: allow, when: "request.size > 1 && source.labels.all(s, s == 'a') && connection.mtls"}]}`,
      [
        '`allow` becomes `deny`',
        'the condition is dropped',
        '`&&` becomes `||`',
        '`&&` becomes `||`',
        '`request.size > 1` is dropped',
        "`source.labels.all(s, s == 'a')` is dropped",
        '`connection.mtls` is dropped',
        '`>` becomes `>=`',
        '`all` becomes `exists`',
        '`==` becomes `!=`',
      ],
    ],
    [
      'match',
      '{match: [{hosts: [a.test, b.test], methods: [GET]}, {paths: [/a]}], rules: [{name: r, effect: deny, match: [{methods: [PUT]}]}]}',
      [
        'the entry of `match` is dropped',
        'the entry of `match` is dropped',
        '`a.test` is dropped from `hosts`',
        '`b.test` is dropped from `hosts`',
        '`hosts` is dropped',
        '`methods` is dropped',
        'the rule is dropped',
        'the `match` is dropped',
      ],
    ],
    [
      'short forms',
      '{match: [GET|HEAD /api/orders, /b], rules: [{deny: r, match: [POST|PUT]}, {allow: s, match: ["PUT /c"], from: ["spiffe://a.test/x", CN=c]}]}',
      [
        'the entry of `match` is dropped',
        '`GET` is dropped from `methods`',
        '`methods` is dropped',
        '`HEAD` is dropped from `methods`',
        '`paths` is dropped',
        'the entry of `match` is dropped',
        'the rule is dropped',
        'the `match` is dropped',
        '`POST` is dropped from `methods`',
        '`PUT` is dropped from `methods`',
        '`allow` becomes `deny`',
        '`methods` is dropped',
        '`paths` is dropped',
        '`from` is dropped',
        'the entry of `from` is dropped',
        '`spiffe://a.test/x` becomes `spiffe://a.test/**`',
        'the entry of `from` is dropped',
      ],
    ],
    [
      'authentication',
      '{authenticate: {mtls: {principals: ["spiffe://a.test/x", "spiffe://a.test/**"]}, jwt: {issuers: [acme, globex], required: false, bind: certificate}}}',
      [
        '`mtls` is dropped',
        '`spiffe://a.test/x` becomes `spiffe://a.test/**`',
        'any peer is accepted',
        '`jwt` is dropped',
        '`acme` is dropped from `issuers`',
        '`globex` is dropped from `issuers`',
        '`false` becomes `true`',
        '`bind` is dropped',
      ],
    ],
    [
      'required headers',
      '{requireHeaders: [x-a, x-b]}',
      ['`x-a` is dropped from `requireHeaders`', '`x-b` is dropped from `requireHeaders`'],
    ],
    [
      'OpenAPI documents',
      '{schemas: [{openapi: {document: api.json, unknown: deny, unknownQuery: deny, readOnly: allow}}]}',
      ['`deny` becomes `allow`', '`deny` becomes `allow`', '`allow` becomes `deny`'],
    ],
    ['a single required header', '{requireHeaders: [x-a], rules: []}', ['`requireHeaders` is dropped']],
    [
      'texts with expressions, and the status of a rule',
      `{rules: [{name: r, effect: deny, status: {cel: "request.size > 1 ? 413 : 403"}, message: "\${request.size == 1} \${'>'}"}, {name: q, effect: allow}], respond: {deny: {body: "> \${request.size != 1}", headers: {set: {x-a: "\${request.size <= 1}"}}}}}`,
      [
        'the rule is dropped',
        '`>` becomes `>=`',
        '`==` becomes `!=`',
        '`allow` becomes `deny`',
        '`!=` becomes `==`',
        '`x-a` is dropped from `set`',
        '`<=` becomes `<`',
      ],
    ],
    ['a single requirement', '{authenticate: {mtls: {}}}', ['`mtls` is dropped']],
    [
      'limits',
      '{limits: [{name: a, key: [request.method, request.host], rate: 5/s}, {name: b, key: [request.method], rate: 5/s, burst: 7, when: request.size >= 1}]}',
      [
        '`request.method` is dropped from `key`',
        '`request.host` is dropped from `key`',
        '`5/s` becomes `10/s`',
        '`7` becomes `14`',
        'the condition is dropped',
        '`>=` becomes `>`',
      ],
    ],
    [
      'the mode of a rule',
      '{rules: [{name: a, effect: allow}, {name: b, effect: deny, mode: shadow}]}',
      ['`allow` becomes `deny`', 'the rule is dropped', '`shadow` becomes `enforce`'],
    ],
    [
      'headers, mode and paths',
      '{mode: shadow, paths: {ambiguous: allow}, respond: {allow: {requestHeaders: {remove: [x-a], set: {x-b: "1", x-c: {cel: "request.size > 0 ? \'a\' : \'b\'"}}}}}}',
      [
        '`shadow` becomes `enforce`',
        '`allow` becomes `refuse`',
        '`x-a` is no longer removed',
        '`x-b` is dropped from `set`',
        '`x-c` is dropped from `set`',
        '`>` becomes `>=`',
      ],
    ],
  ])('%s', (_, spec, what) => {
    const mutants = mutantsOfSpec(spec);
    expect(mutants.map((each) => each.what).toSorted()).toEqual([...what].toSorted());
    expect(mutants.filter(({ compiles }) => !compiles)).toEqual([]);
  });

  test('other documents are not changed', () => {
    expect(mutantsOfFile(ISSUERS)).toEqual([]);
    expect(mutantsOfFile('a: [b]\n')).toEqual([]);
  });
});

/** Edits have the exact range in every style of YAML. */
describe('block style', () => {
  const mutants = mutantsOfFile(`apiVersion: lictor/v1
kind: Policy
metadata:
  name: p
spec:
  match:
    - hosts: [a.test]  # here
      methods: # these
        - GET
        - PUT # too
  authenticate:
    jwt:
      issuers: [acme]
  rules:
    - name: one
      effect: deny
      when: >-
        request.method == 'GET' &&
        request.host == 'b' &&
        request.size < 3
    - name: two
      effect: allow
      when: |
        request.method == "GET"
    # the last
    - name: three
      effect: deny
`);

  test('every mutant compiles', () => {
    expect(mutants.filter(({ compiles }) => !compiles)).toEqual([]);
  });

  test.each<[string, readonly string[]]>([
    [
      '`hosts` is dropped',
      ['-    - hosts: [a.test]  # here', '-      methods: # these', '+    - methods: # these'],
    ],
    ['`methods` is dropped', ['-      methods: # these', '-        - GET', '-        - PUT # too']],
    ['`GET` is dropped from `methods`', ['-        - GET']],
    ['`PUT` is dropped from `methods`', ['-        - PUT # too']],
    ['`jwt` is dropped', ['-  authenticate:', '-    jwt:', '-      issuers: [acme]']],
    ["`request.method == 'GET'` is dropped", ["-        request.method == 'GET' &&"]],
    ["`request.host == 'b'` is dropped", ["-        request.host == 'b' &&"]],
    [
      '`request.size < 3` is dropped',
      ["-        request.host == 'b' &&", '-        request.size < 3', "+        request.host == 'b'"],
    ],
    ['`<` becomes `<=`', ['-        request.size < 3', '+        request.size <= 3']],
    ['`allow` becomes `deny`', ['-      effect: allow', '+      effect: deny']],
  ])('%s', (what, diff) => {
    expect(mutants.find((each) => each.what === what)?.diff).toEqual(diff);
  });

  test('the last rule is removed with its lines', () => {
    const dropped = mutants.filter(({ what }) => what === 'the rule is dropped');
    expect(dropped.map(({ line }) => line)).toEqual([15, 26]);
    expect(dropped[1]?.diff).toEqual(['-    - name: three', '-      effect: deny']);
  });
});

import { compileFolder } from '../../support/compile.ts';
import { memoryFiles } from '../memory-files.ts';

const ISSUER = `
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec:
  issuer: https://login.acme.example
  audiences: [orders]
  requireClaims: [tenant]
  keys: {jwksUri: https://login.acme.example/jwks}
`;

const BASE = {
  authenticate: { mtls: {}, jwt: { issuers: ['acme'] } },
  rules: [{ name: 'use', effect: 'allow' }],
};

type Spec = Readonly<Record<string, unknown>>;

/** YAML is a superset of JSON. */
function policy(name: string, spec: Spec): string {
  return `---\n${JSON.stringify({ apiVersion: 'lictor/v1', kind: 'Policy', metadata: { name }, spec })}\n`;
}

function codes(text: string, isStrict = false, now = 0): readonly string[] {
  const { diagnostics } = compileFolder(memoryFiles({ 'a.yaml': text }), { lint: { isStrict, now } });
  return diagnostics.map(({ code }) => code);
}

/** The codes that the server reports, which compiles without lint. */
function served(text: string): readonly string[] {
  return compileFolder(memoryFiles({ 'a.yaml': text })).diagnostics.map(({ code }) => code);
}

/** The codes of one policy, which requires a peer and a token unless `spec` replaces `authenticate`. */
function codesOf(spec: Spec): readonly string[] {
  return codes(policy('p', { ...BASE, ...spec }) + ISSUER);
}

const when = (condition: string): Spec => ({ rules: [{ name: 'use', effect: 'allow', when: condition }] });

describe('conditions', () => {
  test.each([
    ['1 < 2', 'constant_condition'],
    ['source.port == 1 || 1 < 2', 'constant_condition'],
    ['source.port == 1 || 1 > 2', 'constant_condition'],
    ['source.port == 1 && (jwt.present || has(jwt.claims))', 'constant_condition'],
    ['!has(request.path) || source.port == 1', 'constant_condition'],
    ['jwt != null && source.port == 1', 'constant_condition'],
    ['null == request.time', 'rule_never_matches'],
    ["request.method == 'get'", 'rule_never_matches'],
    ["'get' != request.method", 'constant_condition'],
    ["request.method in ['get', 'post']", 'rule_never_matches'],
    ["request.method in ['GET', 'post']", 'constant_condition'],
    ["request.headers['X-A'] == 'a'", 'constant_condition'],
    ['has(request.headers.Accept) && source.port == 1', 'rule_never_matches'],
    ["request.url_path.endsWith('/')", 'constant_condition'],
    ["request.url_path.startsWith('admin')", 'rule_never_matches'],
    ["jwt.scopes.all(s, s != '' && 1 == 1)", 'constant_condition'],
    ['(1 < 2 ? source.port : 1) == 1', 'constant_condition'],
    ["jwt.claims.plan == 'a'", 'claim_not_required'],
    ["request.headers['x-a'] == 'A'", 'key_may_be_missing'],
    ["request.query_params['a'] == ['b']", 'key_may_be_missing'],
    ["jwt.claims['plan'] == 'a'", 'claim_not_required'],
    ["source.port == 1 && jwt.claims.realm.roles.exists(r, r == 'a')", 'claim_not_required'],
  ])('%s', (condition, code) => {
    expect(codesOf(when(condition))).toEqual([code]);
  });

  test.each([
    'source.port == 1',
    "request.method == 'GET' || request.method == 'purge'",
    "request.method in ['GET', 'PURGE', 'report']",
    "request.method.startsWith('g')",
    "request.headers[?'x-a'].orValue('') == 'A'",
    "has(request.headers.accept) && 'x-a' in request.headers",
    "'X-A' in request.query_params",
    "'X-A' in jwt.claims",
    'has(request.body.items) && request.body.note != null',
    'has(jwt.claims.plan)',
    'jwt.claims.tenant != null',
    "request.url_path.endsWith('/export')",
    "request.url_path == '/' || request.url_path == '*'",
    "request.url_path.startsWith('/admin/')",
    "request.path.endsWith('/')",
    "request.path == '/a?b'",
    'source.port == 1 ? true : request.size == 1',
    'cel.bind(x, 1, source.port == x)',
    '[1, 2].exists(n, n == source.port)',
    "source.spiffe.trust_domain == 'acme.example'",
    "source.address == 'X'",
    // Claims that are tested for first, in various ways.
    "has(jwt.claims.plan) && jwt.claims.plan == 'a'",
    "'plan' in jwt.claims && jwt.claims['plan'] == 'a'",
    "jwt.claims[?'plan'].orValue('') == 'a'",
    "jwt.claims.?plan.orValue('') == 'a'",
    "jwt.claims.tenant == 'a' && jwt.claims.iss != ''",
  ])('no warning for %s', (condition) => {
    expect(codesOf(when(condition))).toEqual([]);
  });

  test('a warning for a claim that only one of several issuers requires', () => {
    const other = ISSUER.replace('name: acme', 'name: globex')
      .replace('login.acme.example', 'login.globex.example')
      .replace('[tenant]', '[tenant, plan]');
    const spec = {
      authenticate: { jwt: { issuers: ['acme', 'globex'] } },
      ...when("jwt.claims.plan == 'a'"),
    };
    expect(codes(policy('p', spec) + ISSUER + other)).toEqual(['claim_not_required']);
  });
});

const deny = (rest: Spec): Spec => ({ name: 'no', effect: 'deny', ...rest });
const allow = (rest: Spec): Spec => ({ name: 'yes', effect: 'allow', ...rest });

describe('rules', () => {
  const match = [{ hosts: ['*.acme.svc'], methods: ['GET', 'POST'], paths: ['/api/**'] }];

  test.each<[string, Spec, string]>([
    ['another method', allow({ match: [{ methods: ['PUT'] }] }), 'rule_never_matches'],
    ['another host', allow({ match: [{ hosts: ['acme.svc'] }] }), 'rule_never_matches'],
    ['another path', allow({ match: [{ paths: ['/', '/apis/{x}'] }] }), 'rule_never_matches'],
    ['one entry of two', allow({ match: [{}, { paths: ['/else'] }] }), 'rule_never_matches'],
  ])('%s', (_, rule, code) => {
    expect(codesOf({ match, rules: [rule] })).toEqual([code]);
  });

  test.each<[string, Spec]>([
    ['a method', allow({ match: [{ methods: ['PUT', 'GET'] }] })],
    ['a host', allow({ match: [{ hosts: ['a.b.acme.svc'] }] })],
    ['a wider host', allow({ match: [{ hosts: ['*.svc'] }] })],
    ['a path', allow({ match: [{ paths: ['/api', '/else'] }] })],
    ['a wider path', allow({ match: [{ paths: ['/{any}/x'] }] })],
  ])('no warning with %s in common', (_, rule) => {
    expect(codesOf({ match, rules: [rule] })).toEqual([]);
  });

  test('an allow rule has no effect exactly if a deny rule covers it', () => {
    const read = allow({ match: [{ methods: ['GET'], paths: ['/api/a'] }] });
    const withDeny = (rest: Spec): readonly string[] => codesOf({ match, rules: [read, deny(rest)] });
    expect(withDeny({ match: [{ methods: ['GET', 'PUT'] }] })).toEqual(['rule_never_matches']);
    expect(withDeny({ match: [{ paths: ['/b'] }, { paths: ['/*/{x}'] }] })).toContain('rule_never_matches');
    expect(withDeny({ match: [{ methods: ['GET'], when: 'source.port == 1' }] })).toEqual([]);
    expect(withDeny({ match: [{ methods: ['GET'] }], when: 'source.port == 1' })).toEqual([]);
    expect(withDeny({ match: [{ methods: ['POST'] }] })).toEqual([]);
    expect(withDeny({ match: [{ paths: ['/api/a/**'], hosts: ['a.acme.svc'] }] })).toEqual([]);
  });

  test('a deny rule without a condition next to allow rules', () => {
    expect(codesOf({ match, rules: [allow({}), deny({})] })).toEqual(['deny_shadows_all']);
    expect(codesOf({ match, rules: [allow({}), deny({ match })] })).toEqual(['deny_shadows_all']);
    expect(codesOf({ match, rules: [allow({}), deny({ when: 'source.port == 1' })] })).toEqual([]);
    expect(codesOf({ match, rules: [allow({}), deny({ match: [{ methods: ['GET'] }] })] })).toEqual([]);
    // A policy that denies everything on purpose.
    expect(codesOf({ match, rules: [deny({})] })).toEqual([]);
  });

  test('a rule in shadow mode takes nothing from the others, and is not one that they could take from', () => {
    const mode = 'shadow';
    expect(codesOf({ match, rules: [allow({}), deny({ mode })] })).toEqual([]);
    expect(codesOf({ match, rules: [allow({ mode }), deny({})] })).toEqual([]);
    const wide = allow({ name: 'wide', mode });
    const narrow = allow({ name: 'narrow', when: 'source.port == 1' });
    expect(codesOf({ match, rules: [wide, narrow] })).toEqual([]);
    expect(codesOf({ match, rules: [{ ...wide, mode: 'enforce' }, narrow] })).not.toEqual([]);
    const disjoint = [{ paths: ['/other'] }];
    expect(codesOf({ match: [{ paths: ['/api'] }], rules: [allow({ mode, match: disjoint })] })).toContain(
      'rule_never_matches',
    );
  });
});

describe('open allow rules', () => {
  const open: Spec = { match: [{ paths: ['/a'] }], rules: [allow({})] };

  test('no peer, no token and no condition', () => {
    expect(codes(policy('p', open))).toEqual(['open_allow']);
    const optional = { authenticate: { jwt: { issuers: ['acme'], required: false } } };
    expect(codes(policy('p', { ...open, ...optional }) + ISSUER)).toEqual(['open_allow']);
  });

  test.each<[string, Spec]>([
    ['a peer', { authenticate: { mtls: {} } }],
    ['a condition of the rule', { rules: [allow({ when: 'source.port == 1' })] }],
    ['a condition in the match of the rule', { rules: [allow({ match: [{ when: 'source.port == 1' }] })] }],
    ['a condition of the policy', { match: [{ when: 'source.port == 1' }] }],
    ['a deny rule with a condition', { rules: [allow({}), deny({ when: 'source.port == 1' })] }],
  ])('no warning with %s', (_, rest) => {
    expect(codes(policy('p', { ...open, ...rest }))).toEqual([]);
  });

  test('a rule in shadow mode neither is open nor closes another', () => {
    const mode = 'shadow';
    expect(codes(policy('p', { ...open, rules: [allow({ mode })] }))).toEqual([]);
    const guard = deny({ mode, when: 'source.port == 1' });
    expect(codes(policy('p', { ...open, rules: [allow({}), guard] }))).toEqual(['open_allow']);
    const other = policy('q', { rules: [deny({ mode, when: "source.principal == ''" })] });
    expect(codes(policy('p', open) + other)).toEqual(['open_allow']);
  });

  test('another policy for the same requests may authenticate the caller', () => {
    const around = (rest: Spec): readonly string[] => codes(policy('p', open) + policy('q', rest));
    expect(around({ authenticate: { mtls: {} } })).toEqual([]);
    expect(around({ rules: [deny({ when: "source.principal == ''" })] })).toEqual([]);
    expect(around({ authenticate: { mtls: {} }, mode: 'shadow' })).toEqual(['open_allow']);
    expect(around({ authenticate: { mtls: {} }, match: [{ methods: ['GET'] }] })).toEqual(['open_allow']);
    expect(around({ rules: [deny({ when: "request.url_path.contains('/.')" })] })).toEqual(['open_allow']);
  });
});

test.each<[readonly string[], readonly string[], readonly string[]]>([
  [['a.svc'], ['a.svc'], []],
  [['a.svc'], ['*.svc'], []],
  [['a.svc'], ['*'], []],
  [['*.a.svc'], ['*.svc'], []],
  [['a.svc', 'b.svc'], ['b.svc', 'a.svc'], []],
  [['a.svc', 'b.svc'], ['b.svc'], ['open_allow']],
  [['a.svc'], ['b.svc'], ['open_allow']],
  [['*.svc'], ['a.svc'], ['open_allow']],
  [['*'], ['*.svc'], ['open_allow']],
])('a rule open to %j is guarded by a policy for %j', (open, guarded, expected) => {
  const guard = { match: [{ hosts: guarded }], authenticate: { mtls: {} } };
  const text = policy('p', { match: [{ hosts: open }], rules: [allow({})] }) + policy('q', guard);
  expect(codes(text)).toEqual(expected);
});

describe('patterns', () => {
  const principals = (...list: readonly string[]): readonly string[] =>
    codesOf({ authenticate: { mtls: { principals: list }, jwt: { issuers: ['acme'] } } });
  const paths = (...list: readonly string[]): readonly string[] => codesOf({ match: [{ paths: list }] });
  const acme = (path: string): string => `spiffe://acme.example/${path}`;

  test('principals', () => {
    expect(principals(acme('ns/*/sa/a'), acme('ns/shop/sa/a'))).toEqual(['principal_contained']);
    expect(principals(acme('a'), acme('a'))).toEqual(['principal_contained']);
    expect(principals(acme('ns/*/sa/a'), acme('ns/shop/sa/*'))).toEqual([]);
    expect(principals(acme('a'), 'spiffe://acme.test/a', acme('a/b'), 'acme.example')).toEqual([]);
  });

  test('paths', () => {
    expect(paths('/a/**', '/a/b')).toEqual(['path_contained']);
    expect(paths('/a', '/a/')).toEqual(['path_contained']);
    expect(paths('/**', '/orders/{id}')).toEqual(['path_contained']);
    expect(paths('/a', '/a/*', '/b/**')).toEqual([]);
    // The first matching pattern sets the parameters.
    expect(paths('/orders/{id}', '/**')).toEqual([]);
    expect(paths('/orders/new', '/orders/{id}')).toEqual([]);
  });
});

describe('policies without tests', () => {
  const test1 = (...cases: readonly Spec[]): string =>
    `---\n${JSON.stringify({ apiVersion: 'lictor/v1', kind: 'PolicyTest', metadata: { name: 't' }, spec: { cases } })}\n`;
  const text =
    policy('p', { ...BASE, match: [{ hosts: ['a.svc'], methods: ['GET'], paths: ['/a/{x}'] }] }) + ISSUER;
  const asks = (request: Spec, expect: Spec = { decision: 'deny' }): Spec => ({ name: 'c', request, expect });

  test('a policy that no request reaches and no case names', () => {
    expect(codes(text + test1(asks({ host: 'a.svc', path: '/b' })))).toEqual(['policy_without_tests']);
    expect(codes(text + test1(asks({ host: 'a.svc', path: '/a/1', method: 'PUT' })))).toEqual([
      'policy_without_tests',
    ]);
  });

  test('no warning for a policy that is reached or named', () => {
    expect(codes(text + test1(asks({ host: 'A.svc:80', path: '/x/../a/1?q' })))).toEqual([]);
    expect(codes(text + test1(asks({}, { rule: 'use' })))).toEqual([]);
    expect(codes(text + test1(asks({}, { rule: 'p/use' })))).toEqual([]);
  });

  test('no warning for a folder without tests, except with `isStrict`', () => {
    expect(codes(text)).toEqual([]);
    expect(codes(text, true)).toEqual(['policy_without_tests']);
  });
});

describe('lictor-ignore comments', () => {
  const open = (rule: string): string =>
    `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: p}\nspec:\n  rules:\n    ${rule}\n`;
  const IGNORE = '# lictor-ignore: open_allow so it is';

  test('silence the line they end, or the line below', () => {
    expect(codes(open('- {name: a, effect: allow}'))).toEqual(['open_allow']);
    expect(codes(open(`- {name: a, effect: allow} ${IGNORE}`))).toEqual([]);
    expect(codes(open(`${IGNORE}\n    - {name: a, effect: allow}`))).toEqual([]);
    expect(codes(open(`${IGNORE}\n    # more\n\n    - {name: a, effect: allow}`))).toEqual([]);
    expect(codes(open(`- {name: a, effect: allow} ${IGNORE}`).replaceAll('\n', '\r\n'))).toEqual([]);
  });

  test('do not silence other lines', () => {
    const below = open(`- {name: a, effect: allow}\n    ${IGNORE}`);
    expect(codes(below)).toEqual(['open_allow', 'unneeded_ignore']);
    const before = open(`${IGNORE}\n    - name: x\n      effect: deny\n    - {name: a, effect: allow}`);
    expect(codes(before)).toContain('open_allow');
  });

  test('silence a warning on a later line of a value that begins on their line', () => {
    const folded = (comment: string): string =>
      open(
        `- name: a\n      effect: allow\n      when: > ${comment}\n        source.port == 1\n\n        || 1 < 2`,
      );
    expect(codes(folded(''))).toEqual(['constant_condition']);
    expect(codes(folded('# lictor-ignore: constant_condition so it is'))).toEqual([]);
  });

  test('are not recognized in quotes or in an expression', () => {
    expect(codes(open(`- {name: a, effect: deny, message: "x ${IGNORE}"}`))).toEqual([]);
    const block = `- name: a\n      effect: allow\n      when: |\n        ${IGNORE.replace('#', '//')}\n        source.port == 1`;
    expect(codes(open(block))).toEqual([]);
  });

  test('are not reported as unneeded if lint was not run', () => {
    const text = open(`- {name: a, effect: deny} ${IGNORE}`);
    expect(codes(text)).toEqual(['unneeded_ignore']);
    expect(served(text)).toEqual([]);
    expect(codes(`${text}nonsense: 1\n`)).toEqual(['unknown_field']);
    const tests = open('- {name: a, effect: deny}').replace(
      'name: p}',
      'name: p} # lictor-ignore: policy_without_tests none yet',
    );
    expect(codes(tests)).toEqual([]);
    expect(codes(tests, true)).toEqual([]);
  });

  test('do not silence an error, and are reported', () => {
    const text = open('- {name: a, efect: deny} # lictor-ignore: unknown_field so it is');
    expect(codes(text)).toContain('unknown_field');
    expect(codes(text)).toContain('invalid_ignore');
  });
});

test('the server compiles without lint', () => {
  const text = policy('p', { rules: [allow({ when: '1 < 2' })] });
  expect(served(text)).toEqual([]);
});

test('rules that have expired, or expire within two weeks', () => {
  const text = policy('p', {
    ...BASE,
    rules: [allow({ when: 'source.port == 1', expires: '2026-06-15T12:00:00Z', reason: 'OPS-1' })],
  });
  const at = (now: string): readonly string[] => codes(text + ISSUER, false, Date.parse(now));
  expect(at('2026-06-01T11:59:59Z')).toEqual([]);
  expect(at('2026-06-01T12:00:00Z')).toEqual(['exception_ends_soon']);
  expect(at('2026-06-15T11:59:59Z')).toEqual(['exception_ends_soon']);
  expect(at('2026-06-15T12:00:00Z')).toEqual(['exception_ended']);
});

describe('claims of callers that are written as a path', () => {
  const text = (claims: string): string => `---
apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec:
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{name: use, effect: allow, from: [{scopes: [a]}], except: [{claims: ${claims}}]}]
${ISSUER}`;

  test.each([
    ['{realm_access.roles: admin}', '{realm_access: {roles: admin}}'],
    ['{a.b.c: [x, y], d: 1}', '{a: {b: {c: [x, y]}}, d: 1}'],
    ['{a: {b.c: x}}', '{a: {b: {c: x}}}'],
  ])('%s is %s', (claims, meant) => {
    const { diagnostics } = compileFolder(memoryFiles({ 'a.yaml': text(claims) }), {
      lint: { isStrict: false, now: 0 },
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['dotted_claim']);
    expect(meant).toContain(diagnostics[0]?.fix?.text);
    expect(codes(text(meant))).toEqual([]);
  });

  test('two of one claim have no fix, since their key would be there twice', () => {
    const { diagnostics } = compileFolder(memoryFiles({ 'a.yaml': text('{a.b: x, a.c: y}') }), {
      lint: { isStrict: false, now: 0 },
    });
    expect(diagnostics.map(({ code, fix }) => [code, fix])).toEqual([
      ['dotted_claim', undefined],
      ['dotted_claim', undefined],
    ]);
  });

  test.each(['{"https://acme.example/roles": admin}', '{roles: admin}'])('%s is a name', (claims) => {
    expect(codes(text(claims))).toEqual([]);
  });
});

import { compileFolder } from '../../support/compile.ts';
import { memoryFiles } from '../memory-files.ts';

const TEMPLATE = `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: internal}
spec:
  parameters:
    host: {type: string}
    readers: {type: list(string), default: []}
  match: [{hosts: [{param: host}]}]
  rules:
    - {name: read, effect: allow, match: [{methods: [GET]}]}
`;

const ADOPTER = `apiVersion: lictor/v1
kind: Policy
metadata: {name: invoices}
spec:
  uses: {template: internal, with: {host: invoices.acme.svc, readers: [a]}}
  variables:
    caller: source.principal
`;

/** Each diagnostic as `file:line code`. */
function locatedCodes(adopter: string, template = TEMPLATE): readonly string[] {
  const files = memoryFiles({ 'template.yaml': template, 'policy.yaml': adopter });
  const { diagnostics } = compileFolder(files, { lint: { isStrict: false, now: 0 } });
  return diagnostics.map(({ code, span }) => `${span.file}:${span.start.line} ${code}`);
}

const READS = '  rules: [{name: own, effect: deny, when: "variables.caller in params.readers"}]\n';

describe('lint of policies with templates', () => {
  test('an open rule of the template, unless the adopting policy authenticates', () => {
    const open = ADOPTER.replace('caller: source.principal', 'caller: "\'a\'"');
    expect(locatedCodes(`${ADOPTER}${READS}`)).toEqual([]);
    expect(
      locatedCodes(
        `${open}  limits: [{name: l, key: [variables.caller], rate: 1/s, when: "'a' in params.readers"}]\n`,
      ),
    ).toEqual(['template.yaml:10 open_allow']);
    expect(locatedCodes(`${ADOPTER}${READS}  authenticate: {mtls: {}}\n`)).toEqual([]);
  });

  test('a comment in the template silences the warning', () => {
    const limits =
      '  limits: [{name: l, key: [variables.caller], rate: 1/s, when: "\'a\' in params.readers"}]\n';
    const silent = TEMPLATE.replace('[GET]}]}', '[GET]}]} # lictor-ignore: open_allow adopters ask');
    expect(locatedCodes(`${ADOPTER}${limits}`)).toEqual(['template.yaml:10 open_allow']);
    expect(locatedCodes(`${ADOPTER}${limits}`, silent)).toEqual([]);
  });

  test('a warning about a part of the adopting policy has its location there', () => {
    const match = '  match: [{hosts: [a.acme.svc], paths: [/a, "/**"]}]\n';
    expect(locatedCodes(`${ADOPTER}${READS}${match}`)).toEqual(['policy.yaml:9 path_contained']);
    const rules = READS.replace('}]', '}, {name: x, effect: deny, match: [{hosts: [else.svc]}]}]');
    expect(locatedCodes(`${ADOPTER}${rules}`)).toEqual(['policy.yaml:8 rule_never_matches']);
  });
});

describe('lint of declared names', () => {
  const policy = (rules: string, more = ''): string =>
    `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: p}\nspec:\n  authenticate: {mtls: {}}\n${more}  rules: [${rules}]\n`;
  const codes = (text: string): readonly string[] =>
    compileFolder(memoryFiles({ 'a.yaml': text }), { lint: { isStrict: false, now: 0 } }).diagnostics.map(
      ({ code }) => code,
    );

  test('a variable, a dataset and a value of an Environment are not constants', () => {
    const data = `---\napiVersion: lictor/v1\nkind: Dataset\nmetadata: {name: open}\nspec: {values: ["a"]}\n`;
    const env = `---\napiVersion: lictor/v1\nkind: Environment\nmetadata: {name: e}\nspec: {values: {on: true}}\n`;
    const when = "variables.v || env.on || 'a' in data.open";
    const text = policy(`{name: a, effect: allow, when: "${when}"}`, '  variables: {v: "1 < 2"}\n');
    expect(codes(text + data + env)).toEqual(['constant_condition']);
    const asked = policy(
      `{name: a, effect: allow, when: "${when}"}`,
      '  variables: {v: "source.port < 2"}\n',
    );
    expect(codes(asked + data + env)).toEqual([]);
  });

  test('a deny rule with `expires` does not shadow allow rules', () => {
    const deny = '{name: d, effect: deny, expires: 2026-12-31T00:00:00Z, reason: OPS-1}';
    expect(codes(policy(`{name: a, effect: allow}, ${deny}`))).toEqual([]);
    expect(codes(policy('{name: a, effect: allow}, {name: d, effect: deny}'))).toEqual(['deny_shadows_all']);
  });

  test('a deny rule of another policy, if that enforces in every Environment', () => {
    const allow = policy('{name: a, effect: allow, match: [{methods: [TRACE]}]}');
    const baseline = (rest: string, rule = ''): string =>
      `---\napiVersion: lictor/v1\nkind: Policy\nmetadata: {name: baseline}\nspec: {${rest} rules: [{name: no-trace, effect: deny, match: [{methods: [TRACE]}]${rule}}]}\n`;
    expect(codes(allow + baseline(''))).toEqual(['rule_never_matches']);
    expect(codes(allow + baseline('mode: shadow,'))).toEqual([]);
    expect(codes(allow + baseline('match: [{paths: [/a]}],'))).toEqual([]);
    expect(codes(allow + baseline('', ', when: source.port == 1'))).toEqual([]);
    const staging = `---\napiVersion: lictor/v1\nkind: Environment\nmetadata: {name: e}\nspec: {shadow: [baseline]}\n`;
    expect(codes(allow + baseline('') + staging)).toEqual([]);
  });

  test('a path parameter that no path of the policy names', () => {
    const match = (paths: string): string => `  match: [{paths: ["${paths}"]}]\n`;
    const rule = `{name: a, effect: allow, when: "request.params.order_id == 'a'"}`;
    expect(codes(policy(rule, match('/orders/{order_id}')))).toEqual([]);
    expect(codes(policy(rule, match('/orders/{id}')))).toEqual(['unnamed_segment']);
    expect(codes(policy(rule))).toEqual(['unnamed_segment']);
    const own = rule.replace('when:', 'match: [{paths: ["/o/{order_id}"]}], when:');
    expect(codes(policy(own))).toEqual([]);
    const deep = `{name: a, effect: allow}]\n  limits: [{name: l, rate: 1/s, key: ["request.params[?'id'].orValue('')"]}`;
    expect(codes(policy(deep, match('/orders/{order_id}')))).toEqual(['unnamed_segment']);
    expect(codes(policy(deep, match('/orders/{id}')))).toEqual([]);
  });

  test('digests of certificates are in lower-case hex', () => {
    expect(codes(policy(`{name: a, effect: allow, when: "source.certificate.sha256 == 'AB:CD'"}`))).toEqual([
      'rule_never_matches',
    ]);
    expect(codes(policy(`{name: a, effect: allow, when: "source.certificate.sha256 == 'abcd'"}`))).toEqual(
      [],
    );
  });
});

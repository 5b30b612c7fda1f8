import { matchParts } from '../../../src/policy/language/match-text.ts';
import { inLongForm } from '../../../src/policy/language/short-form.ts';
import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';
import { compileFolder } from '../../support/compile.ts';
import { memoryFiles } from '../memory-files.ts';

const DATA = `---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://acme.example", audiences: [a], keys: {jwksUri: "https://acme.example/jwks"}}
`;

/** The policy with this spec as compiled, without the places of its parts. */
function compiled(spec: string, more = ''): unknown {
  const text = `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: p}\nspec: ${spec}\n${DATA}${more}`;
  const { set, diagnostics } = compileFolder(memoryFiles({ 'p.yaml': text }));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [policy] = set?.policies ?? [];
  expect(policy).toBeDefined();
  return JSON.parse(
    JSON.stringify(policy, (key: string, value: unknown) => {
      if (key === 'source' && typeof value === 'object') return undefined;
      return value instanceof Set ? [...value] : value;
    }),
  );
}

const SHOP = 'spiffe://acme.example/ns/shop/sa/*';

describe('a short form means its long form', () => {
  test.each([
    [
      'the name and effect of a rule',
      `{rules: [{allow: a, from: [{principals: ["${SHOP}"]}]}, {deny: b, status: 410}]}`,
      `{rules: [{name: a, effect: allow, from: [{principals: ["${SHOP}"]}]}, {name: b, effect: deny, status: 410}]}`,
    ],
    [
      'callers of a rule and of a policy',
      `{from: ["${SHOP}"], except: [CN=b], rules: [{allow: a, from: [{issuers: [acme]}, "${SHOP}", CN=a], except: ["${SHOP}"]}], authenticate: {jwt: {issuers: [acme]}}}`,
      `{from: [{principals: ["${SHOP}"]}], except: [{principals: [CN=b]}], rules: [{name: a, effect: allow, from: [{issuers: [acme]}, {principals: ["${SHOP}"]}, {principals: [CN=a]}], except: [{principals: ["${SHOP}"]}]}], authenticate: {jwt: {issuers: [acme]}}}`,
    ],
    [
      'methods and paths, of a policy, a rule and a schema',
      `{match: [/a, {hosts: [b.test]}], from: [CN=a], rules: [{allow: a, match: [GET, POST|PUT /a, "/a/{id}"]}], schemas: [{match: [POST /a], body: {jsonSchema: {type: object}}}]}`,
      `{match: [{paths: [/a]}, {hosts: [b.test]}], from: [{principals: [CN=a]}], rules: [{name: a, effect: allow, match: [{methods: [GET]}, {methods: [POST, PUT], paths: [/a]}, {paths: ["/a/{id}"]}]}], schemas: [{match: [{methods: [POST], paths: [/a]}], body: {jsonSchema: {type: object}}}]}`,
    ],
  ])('%s', (_, short, long) => {
    expect(compiled(short)).toEqual(compiled(long));
  });

  test('in a template, with texts from parameters', () => {
    const template = (spec: string): string => `---
apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: t}
spec:
  parameters: {callers: {type: list(string)}, routes: {type: list(string)}, rule: {type: string}}
  rules: ${spec}
`;
    const uses = (routes: string): string =>
      `{uses: {template: t, with: {callers: ["${SHOP}", CN=a], rule: own, routes: ${routes}}}}`;
    const short =
      '[{allow: {param: rule}, from: [CN=b, {param: callers}], match: [{param: routes}]}, {deny: c, match: [DELETE]}]';
    const long = `[{name: own, effect: allow, from: [{principals: [CN=b]}, {principals: ["${SHOP}"]}, {principals: [CN=a]}], match: [{methods: [GET], paths: [/a]}, {paths: [/b]}]}, {name: c, effect: deny, match: [{methods: [DELETE]}]}]`;
    const policy = (value: unknown) => ({ ...(value as object), params: undefined });
    expect(policy(compiled(uses('[GET /a, /b]'), template(short)))).toEqual(
      policy(compiled(`{rules: ${long}}`)),
    );
  });
});

test('an empty list of a template names nobody', () => {
  const template = `---
apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: t}
spec:
  parameters: {callers: {type: list(string)}}
  rules: [{allow: a, from: [{param: callers}]}]
`;
  const policy = compiled('{uses: {template: t, with: {callers: []}}}', template);
  expect(policy).toMatchObject({ allowRules: [{ name: 'a', callers: { from: [] } }] });
});

test('what has no short form stays the same object', () => {
  const { documents } = readYaml(
    'p.yaml',
    new TextEncoder().encode(
      '{match: [{paths: [/a]}], rules: [{name: a, effect: allow, from: [{issuers: [b]}]}]}',
    ),
  );
  const [spec] = documents.flatMap(({ tree }) => tree ?? []);
  expect(spec && inLongForm(spec)).toBe(spec);
});

test.each<[string, readonly string[] | undefined]>([
  ['GET', ['GET']],
  ['GET|HEAD', ['GET', 'HEAD']],
  ['/', ['/']],
  ['GET /', ['GET', '/']],
  ['M-SEARCH|GET /a/{id}/**', ['M-SEARCH', 'GET', '/a/{id}/**']],
  ['/a,b', ['/a,b']],
  ['', undefined],
  [' GET', undefined],
  ['GET ', undefined],
  ['GET  /a', undefined],
  ['GET|', undefined],
  ['|GET', undefined],
  ['GET||PUT', undefined],
  ['GET /a /b', undefined],
  ['/a,/b', undefined],
  ['GET/a', undefined],
  ['a.test/b', undefined],
  ['GET\n/a', undefined],
])('the parts of %j', (text, expected) => {
  const parts = matchParts(text);
  const ranges = parts && [...parts.methods, ...(parts.path === undefined ? [] : [parts.path])];
  expect(ranges?.map(({ start, end }) => text.slice(start, end))).toEqual(expected);
});

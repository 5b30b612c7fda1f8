import { Diagnostics } from '../../../src/diagnostic/collect.ts';
import { certainHeaders } from '../../../src/policy/compile/certain-headers.ts';
import { Expressions } from '../../../src/policy/compile/expressions.ts';
import { readDocuments } from '../../../src/policy/compile/folder-documents.ts';
import { PolicyCompiler } from '../../../src/policy/compile/policy-compiler.ts';
import { PLAIN_READING } from '../../../src/policy/compile/reading.ts';
import { References } from '../../../src/policy/compile/references.ts';
import { documentsOf } from '../../../src/policy/language/document.ts';
import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';

/** The certain headers of each expression of the policy in a file, by source. */
function certain(spec: string): ReadonlyMap<string, readonly string[]> {
  const text = `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: a}\nspec: ${spec}\n`;
  const file = readYaml('a.yaml', new TextEncoder().encode(text));
  const diagnostics = new Diagnostics();
  const steps = readDocuments([file], diagnostics, PLAIN_READING);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const { documents } = step.value;
  const references = new References(
    { yaml: new Map(), read: () => ({ problem: 'does not exist' }) },
    readYaml,
    { left: 100 },
  );
  const compiler = new PolicyCompiler(
    documents,
    {
      expressions: new Expressions(),
      references,
      messages: undefined,
      issuers: new Map(),
      datasets: new Map(),
      incomplete: false,
    },
    PLAIN_READING,
  );
  for (const document of documentsOf(documents, 'Policy')) compiler.compile(document);
  expect(diagnostics.sorted()).toEqual([]);
  const [compiled] = compiler.expressions;
  if (compiled === undefined) throw new Error('the policy does not compile');
  const of = certainHeaders(compiled);
  return new Map(compiled.valid.map(({ expression }) => [expression.source, [...of(expression)]]));
}

test('required headers are certain in rules, limits of the first phase and variables', () => {
  const found = certain(`
  requireHeaders: [X-Tenant, x-user]
  variables: {tenant: "request.headers['x-tenant']"}
  rules: [{name: r, effect: allow, match: [{when: "true"}], when: variables.tenant == 'a'}]
  limits: [{name: l, phase: first, key: ["request.headers['x-user']"], rate: 1/s}]`);
  const both = ['x-tenant', 'x-user'];
  expect(Object.fromEntries(found)).toEqual({
    "request.headers['x-tenant']": both,
    true: both,
    "variables.tenant == 'a'": both,
    "request.headers['x-user']": both,
  });
});

test('no header is certain in the match of the policy and in variables that it reads', () => {
  const found = certain(`
  requireHeaders: [x-tenant]
  variables: {early: "request.headers['x-tenant']", through: variables.early, late: request.method}
  match: [{when: variables.through == 'a'}]
  rules: [{name: r, effect: allow, when: variables.late == 'GET'}]`);
  expect(found.get("request.headers['x-tenant']")).toEqual([]);
  expect(found.get('variables.early')).toEqual([]);
  expect(found.get("variables.through == 'a'")).toEqual([]);
  expect(found.get('request.method')).toEqual(['x-tenant']);
});

test('without requireHeaders no header is certain', () => {
  expect(certain('{rules: [{name: r, effect: allow, when: "true"}]}').get('true')).toEqual([]);
});

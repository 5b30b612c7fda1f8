import { compileFolder } from '../../support/compile.ts';
import { memoryFiles } from '../memory-files.ts';

const ISSUER = `---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://a.example", audiences: [a], keys: {jwksUri: "https://a.example/keys"}}
`;

/** A policy with one rule, whose fields after `effect` are given. */
function policyWith(fields: string): string {
  const rule = `{name: r, effect: allow, ${fields}}`;
  const spec = `{authenticate: {mtls: {}, jwt: {issuers: [acme]}}, rules: [${rule}]}`;
  return `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: p}\nspec: ${spec}\n${ISSUER}`;
}

test.each<[written: string, fixed: string]>([
  ['scopes: [orders:write]', 'from: [{scopes: [orders:write]}]'],
  ['principal: CN=a', 'from: [{principals: [CN=a]}]'],
  ['issuer: acme', 'from: [{issuers: [acme]}]'],
  ['claims: {tenant: acme}', 'from: [{claims: {tenant: acme}}]'],
  ['from: [{roles: [admin]}]', 'from: [{claims: {roles: [admin]}}]'],
  ['from: [{subject: a}]', 'from: [{claims: {sub: a}}]'],
  ['from: [{source: {principals: [CN=a]}}]', 'from: [{principals: [CN=a]}]'],
  ['from: [{principals: [CN=a], scope: read}]', 'from: [{principals: [CN=a], scopes: [read]}]'],
])('the fix of `%s`', (written, fixed) => {
  const text = policyWith(written);
  const { diagnostics } = compileFolder(memoryFiles({ 'a.yaml': text }));
  expect(diagnostics).toHaveLength(1);
  const fix = diagnostics[0]?.fix;
  if (fix === undefined) throw new Error(`no fix in: ${diagnostics[0]?.help}`);
  const lines = text.split('\n');
  const offset = ({ line, column }: { readonly line: number; readonly column: number }): number =>
    lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  const corrected = text.slice(0, offset(fix.start)) + fix.text + text.slice(offset(fix.end));
  expect(corrected).toBe(policyWith(fixed));
  expect(compileFolder(memoryFiles({ 'a.yaml': corrected })).diagnostics).toEqual([]);
});

test.each([
  ['scopes: [a], from: [{principals: [CN=a]}]', 'write it in `from`: `from: [{scopes: [a]}]`'],
  ['from: [{claims: {a: b}, tenant: acme}]', 'claims belong under `claims`: `claims: {tenant: acme}`'],
])('help without a fix, since the field is there already: `%s`', (written, help) => {
  const [found] = compileFolder(memoryFiles({ 'a.yaml': policyWith(written) })).diagnostics;
  expect([found?.help, found?.fix]).toEqual([help, undefined]);
});

import { inEnvironment } from '../../../src/policy/compile/environments.ts';
import { compileFolder } from '../../support/compile.ts';
import { memoryFiles } from '../memory-files.ts';

const POLICY = `---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  rules: [{name: read, effect: allow, when: env.open}]
`;

function environment(name: string, open: boolean): string {
  return `---
apiVersion: lictor/v1
kind: Environment
metadata: {name: ${name}}
spec: {values: {open: ${open}}, shadow: [${open ? '' : 'orders'}]}
`;
}

const BOTH = memoryFiles({
  'a.yaml': POLICY + environment('staging', true) + environment('production', false),
});

test('a single Environment is chosen by default', () => {
  const { set } = compileFolder(memoryFiles({ 'a.yaml': POLICY + environment('staging', true) }));
  expect(set).toMatchObject({ environment: 'staging', env: { open: true } });
});

test('one of several Environments is chosen by name', () => {
  expect(compileFolder(BOTH, { environment: 'production' }).set).toMatchObject({
    environment: 'production',
    env: { open: false },
    policies: [{ name: 'orders', mode: 'shadow' }],
  });
  expect(compileFolder(BOTH, { environment: 'staging' }).set?.policies[0]?.mode).toBe('enforce');
});

test('choosing none of several is a mistake only with `mustChoose`', () => {
  expect(compileFolder(BOTH)).toMatchObject({ diagnostics: [], set: { environment: '', env: {} } });
  expect(compileFolder(BOTH, { mustChoose: true })).toMatchObject({
    set: undefined,
    diagnostics: [
      {
        code: 'unknown_environment',
        message: 'the folder has several Environments, and none is chosen',
        help: 'name one with `--environment`: `staging`, `production`',
      },
    ],
  });
});

test('an unknown Environment is a mistake', () => {
  expect(compileFolder(BOTH, { environment: 'prodution' }).diagnostics).toMatchObject([
    { code: 'unknown_environment', help: 'did you mean `production`?' },
  ]);
  expect(
    compileFolder(memoryFiles({ 'a.yaml': POLICY.replace('env.open', 'jwt.present') }), { environment: 'a' })
      .set,
  ).toBeUndefined();
});

test('a policy set can be derived for another of its Environments', () => {
  const { set } = compileFolder(BOTH, { environment: 'staging' });
  if (set === undefined) throw new Error('the folder does not compile');
  expect(inEnvironment(set, 'production')).toMatchObject({ environment: 'production', env: { open: false } });
  expect(inEnvironment(set, 'nowhere')).toBeUndefined();
});

test('policies conflict only if both enforce in some Environment', () => {
  const sets = (name: string, value: string) => `---
apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec: {respond: {allow: {requestHeaders: {set: {x-t: ${value}}}}}}
`;
  const shadowing = (shadow: string) => `---
apiVersion: lictor/v1
kind: Environment
metadata: {name: production}
spec: {shadow: [${shadow}]}
`;
  const both = sets('a', 'one') + sets('b', 'two');
  expect(compileFolder(memoryFiles({ 'a.yaml': both })).diagnostics).toMatchObject([
    { code: 'conflicting_values' },
  ]);
  expect(compileFolder(memoryFiles({ 'a.yaml': both + shadowing('') })).diagnostics).toHaveLength(1);
  expect(compileFolder(memoryFiles({ 'a.yaml': both + shadowing('b') })).diagnostics).toEqual([]);
});

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

test('the only Environment is that in which the folder decides', () => {
  const { set } = compileFolder(memoryFiles({ 'a.yaml': POLICY + environment('staging', true) }));
  expect(set).toMatchObject({ environment: 'staging', env: { open: true } });
});

test('of several, one is asked for', () => {
  expect(compileFolder(BOTH, { environment: 'production' }).set).toMatchObject({
    environment: 'production',
    env: { open: false },
    policies: [{ name: 'orders', mode: 'shadow' }],
  });
  expect(compileFolder(BOTH, { environment: 'staging' }).set?.policies[0]?.mode).toBe('enforce');
});

test('where none is asked for, there is a mistake only where requests are decided', () => {
  expect(compileFolder(BOTH)).toMatchObject({ diagnostics: [], set: { environment: '', env: {} } });
  expect(compileFolder(BOTH, { mustChoose: true })).toMatchObject({
    set: undefined,
    diagnostics: [
      {
        code: 'unknown_environment',
        message: 'the folder has several Environments, and `--environment` names none',
        help: 'say which decides here: `--environment` with one of `staging`, `production`',
      },
    ],
  });
});

test('one that is not there is a mistake', () => {
  expect(compileFolder(BOTH, { environment: 'prodution' }).diagnostics).toMatchObject([
    { code: 'unknown_environment', help: 'did you mean `production`?' },
  ]);
  expect(
    compileFolder(memoryFiles({ 'a.yaml': POLICY.replace('env.open', 'jwt.present') }), { environment: 'a' })
      .set,
  ).toBeUndefined();
});

test('a set can be put into another of its environments', () => {
  const { set } = compileFolder(BOTH, { environment: 'staging' });
  if (set === undefined) throw new Error('the folder does not compile');
  expect(inEnvironment(set, 'production')).toMatchObject({ environment: 'production', env: { open: false } });
  expect(inEnvironment(set, 'nowhere')).toBeUndefined();
});

test('policies conflict only where both enforce', () => {
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

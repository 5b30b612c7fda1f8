import { nodeCrypto } from '../../../src/node/crypto.ts';
import { compileFolder } from '../../../src/policy/compile-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: limited}
spec:
  limits: [{name: adopted, key: ["''"], rate: 1/s, scope: shared, mode: leased}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  uses: {template: limited}
  rules: [{name: all, effect: allow}]
  limits:
    - {name: own, key: ["''"], rate: 1/s, scope: local}
    - {name: shared, key: ["''"], rate: 1/s, scope: shared, onStoreFailure: deny, phase: first}
`;

function compiled(hasSharedStore?: boolean) {
  return compileFolder(
    { yaml: new Map([['a.yaml', Buffer.from(POLICIES)]]), read: () => ({ problem: 'missing' }) },
    { crypto: nodeCrypto, ...(hasSharedStore === undefined ? {} : { hasSharedStore }) },
  );
}

test('a limit says how it is shared', () => {
  const [policy] = compiled().set?.policies ?? [];
  const limits = [...(policy?.firstLimits ?? []), ...(policy?.lastLimits ?? [])];
  expect(limits.map(({ name, shared }) => [name, shared])).toEqual([
    ['shared', { mode: 'exact', onStoreFailure: 'deny' }],
    ['adopted', { mode: 'leased', onStoreFailure: 'local' }],
    ['own', undefined],
  ]);
});

test('limits without a store to count them in are an error that names each and the flag', () => {
  const { set, diagnostics } = compiled(false);
  expect(set).toBeUndefined();
  expect(diagnostics.map(({ code, message, help }) => [code, message, help])).toEqual(
    ['adopted', 'shared'].map((name): unknown[] => [
      'no_shared_store',
      expect.stringContaining(`the limit \`${name}\` is shared, and there is no store to count it in`),
      expect.stringContaining('`--redis` of `serve`'),
    ]),
  );
});

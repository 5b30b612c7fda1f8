import { withFolderOfEachTest } from '../support/each-folder.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

/** The lines of the results: a mark and the name of the case. */
async function results(policy: string, spec: string): Promise<readonly string[]> {
  const test = `apiVersion: lictor/v1\nkind: PolicyTest\nmetadata: {name: t}\nspec:\n${spec}`;
  await writeFiles(directory, { 'p/p.yaml': policy, 'p/t.yaml': test });
  const { stdout, stderr } = await inProcess(['test', 'p'], directory);
  expect(stderr).toBe('');
  return [...stdout.matchAll(/^ {2}([✓✗] .*)$/gm)].map(([, line = '']) => line);
}

describe('a case for each row of a Dataset', () => {
  const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: partners}
spec:
  authenticate: {mtls: {}}
  rules:
    - {name: gold, effect: allow, when: "data.partners[?caller.principal].tier.orValue('') == 'gold'"}
---
apiVersion: lictor/v1
kind: Dataset
metadata: {name: partners}
spec: {values: {acme: {tier: gold, status: 200, expect: allow}, globex: {tier: tin, status: 403, expect: deny}}}
---
{apiVersion: lictor/v1, kind: Dataset, metadata: {name: strangers}, spec: {values: [initech, umbrella]}}
`;

  test('has the key and the value of the row in its texts', async () => {
    const lines = await results(
      POLICY,
      `  cases:
    - name: partner
      each: {data: partners}
      caller: {principal: "\${key}"}
      request: {host: x, path: "/\${item.tier}/$\${key}"}
      expect: {decision: "\${item.expect}", status: "\${item.status}"}
    - {name: "no \${item}", each: {data: strangers}, caller: {principal: "\${item}"}, request: {host: x}, expect: deny}
    - {name: all, each: {data: partners}, caller: {principal: "\${key}"}, request: {host: x}, expect: allow}
`,
    );
    expect(lines).toEqual([
      '✓ partner (acme)',
      '✓ partner (globex)',
      '✓ no initech',
      '✓ no umbrella',
      '✓ all (acme)',
      '✗ all (globex)',
    ]);
  });
});

describe('keys of an issuer', () => {
  const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec:
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{name: all, effect: allow}]
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://id.acme.example", audiences: [orders], keys: {jwksUri: "https://id.acme.example/jwks"}}
`;

  test('rotate: a token counts as long as its key is in the key set', async () => {
    const lines = await results(
      POLICY,
      `  callers:
    now: {jwt: {issuer: acme}}
    next: {jwt: {issuer: acme, key: next}}
    nameless: {jwt: {issuer: acme, header: {kid: ~}}}
    pretender: {jwt: {issuer: acme, key: next, header: {kid: throwaway-acme}}}
  requests: {r: {host: x}}
  cases:
    - {name: current, caller: now, request: r, expect: allow}
    - {name: too early, caller: next, request: r, expect: {reason: token_unknown_key, status: 401}}
    - {name: both, caller: next, request: r, keys: {acme: [current, next]}, expect: allow}
    - {name: both still, caller: now, request: r, keys: {acme: [current, next]}, expect: allow}
    - {name: old, caller: now, request: r, keys: {acme: [next]}, expect: {reason: token_unknown_key}}
    - name: removed after it was accepted
      after: [{caller: now, request: r}]
      caller: now
      request: r
      keys: {acme: [next]}
      expect: {reason: token_unknown_key}
    - name: the key set of an earlier request stays
      after: [{caller: next, request: r, keys: {acme: [next]}}]
      caller: now
      request: r
      expect: {reason: token_unknown_key}
    - {name: back to the default, caller: now, request: r, expect: allow}
    - name: a token without a kid may have each key
      caller: nameless
      request: r
      expect: allow
      each:
        - {name: of one}
        - {name: of two, keys: {acme: [next, current]}}
    - {name: but not another, caller: nameless, request: r, keys: {acme: [next]}, expect: {reason: token_bad_signature}}
    - {name: another key of that name, caller: pretender, request: r, expect: {reason: token_bad_signature}}
    - name: no key set
      caller: now
      request: r
      expect: {reason: keys_unavailable}
      each: [{name: down, keys: {acme: ~}}, {name: up, keys: {acme: [current]}, expect: allow}]
`,
    );
    expect(lines.filter((line) => line.startsWith('✗'))).toEqual([]);
    expect(lines).toHaveLength(14);
  });
});

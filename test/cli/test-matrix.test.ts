import type { Ended } from '../support/command.ts';
import { withFolderOfEachTest } from '../support/each-folder.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec:
  authenticate: {mtls: {}}
  rules:
    - {name: health, effect: allow, match: [{paths: [/health]}]}
    - {name: checkout, effect: allow, when: "caller.principal == 'checkout'"}
    - {name: billing, effect: allow, when: "caller.principal == 'billing' && request.path == '/read' && env.billing"}
---
{apiVersion: lictor/v1, kind: Environment, metadata: {name: staging}, spec: {values: {billing: true}}}
---
{apiVersion: lictor/v1, kind: Environment, metadata: {name: production}, spec: {values: {billing: false}}}
`;

const testOf = (cases: string): string => `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: p}
spec:
  environments: [staging, production]
  callers:
    checkout: {principal: checkout}
    billing: {principal: billing}
    anonymous: {}
  requests:
    health: {host: x, path: /health}
    read: {host: x, path: /read}
${cases}`;

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

async function run(cases: string): Promise<Ended> {
  await writeFiles(directory, { 'p/p.yaml': POLICY, 'p/p.test.yaml': testOf(cases) });
  return inProcess(['test', 'p'], directory);
}

/** The lines of the results: a mark and the name of the case. */
function results({ stdout }: Ended): readonly string[] {
  return [...stdout.matchAll(/^ {2}([✓✗] .*)$/gm)].map(([, line = '']) => line);
}

test('a case runs in each Environment of its test, or in its own', async () => {
  const ended = await run(`  cases:
    - {name: checkout, caller: checkout, request: read, expect: allow}
    - {name: billing, caller: billing, request: read, expect: allow}
    - {name: staging only, caller: billing, request: read, expect: allow, environments: [staging]}
    - name: rows
      caller: billing
      request: read
      expect: {decision: allow, rule: billing}
      each:
        - {name: s, environments: [staging]}
        - {name: p, environments: [production], expect: deny}
`);
  expect(results(ended)).toEqual([
    '✓ checkout [staging]',
    '✓ checkout [production]',
    '✓ billing [staging]',
    '✗ billing [production]',
    '✓ staging only [staging]',
    '✓ rows (s) [staging]',
    '✓ rows (p) [production]',
  ]);
  expect(ended.stdout).toContain('decision  allow   deny');
});

test('a matrix expects answers of pairs, of callers, of requests, and of all others', async () => {
  const ended = await run(`  matrix:
    - environments: [staging]
      callers: [checkout, billing, anonymous]
      requests: [health, read]
      expect: {checkout: allow, billing: {read: {decision: allow, rule: billing}}}
      byRequest: {health: {billing: deny}}
      others: deny
    - {environments: [production], callers: [checkout, billing], requests: [health], byRequest: {health: allow}}
    - {environments: [production], callers: [checkout, billing], requests: [read], others: deny}
`);
  expect(results(ended)).toEqual([
    '✓ checkout × health [staging]',
    '✓ checkout × read [staging]',
    '✗ billing × health [staging]',
    '✓ billing × read [staging]',
    '✓ anonymous × health [staging]',
    '✓ anonymous × read [staging]',
    '✓ checkout × health [production]',
    '✓ billing × health [production]',
    '✗ checkout × read [production]',
    '✓ billing × read [production]',
  ]);
});

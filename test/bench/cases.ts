import { strict as assert } from 'node:assert';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import type { Effort } from './measure.ts';

const POLICIES = 100;
/** Number of cases per policy test: callers times requests. */
const CALLERS = 5;
const REQUESTS = 20;

/** Measures `lictor test` with 10,000 cases, from reading the folder to the last line of the report. */
export async function casesPart({ rounds }: Effort): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  await writeFiles(folder, { ...somePolicies(), ...tests() });
  const lines = ['cases: elapsed time of lictor test, 100 policies, 10,000 cases of 500 callers', ''];
  for (const flags of [[], ['--coverage'], ['--output', 'junit']]) {
    const times: number[] = [];
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      const started = performance.now();
      const { code, stdout } = await inProcess(['test', '.', ...flags], folder);
      times.push(performance.now() - started);
      assert.equal(code, 0, stdout.slice(-2000));
      assert.match(stdout, /10000 passed|tests="10000" failures="0"/);
    }
    const [least = 0] = times.toSorted((a, b) => a - b);
    const most = Math.max(...times);
    lines.push(
      `${['lictor test', ...flags].join(' ').padEnd(28)}  ${seconds(least)} to ${seconds(most)}, ${Math.round(least / 10)} µs a case`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function somePolicies(): Readonly<Record<string, string>> {
  const files = Object.entries(policyFolder(10_000));
  return Object.fromEntries(files.slice(0, POLICIES + 1));
}

function tests(): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (let n = 1; n <= POLICIES; n += 1) files[`tests/s${n}.test.yaml`] = testsOf(n);
  return files;
}

/** The answer depends on the caller only: the policy requires a scope that one caller has. */
function testsOf(n: number): string {
  const callers = Array.from({ length: CALLERS }, (_, index) => index);
  const requests = Array.from({ length: REQUESTS }, (_, index) => index);
  const claims = (index: number): string =>
    `{scope: "s${n}:${index === 0 ? 'read' : 'none'}", tenant_${n}: acme}`;
  const names = (prefix: string, count: readonly number[]): string =>
    count.map((each) => `${prefix}${each}`).join(', ');
  return `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: s${n}}
spec:
  now: 2026-06-01T12:00:00Z
  callers:
${callers.map((index) => `    c${index}: {principal: spiffe://acme.example/ns/s${n}/sa/c${index}, jwt: {issuer: acme, claims: ${claims(index)}}}`).join('\n')}
  requests:
${requests.map((index) => `    r${index}: {method: GET, host: s${n}.acme.svc, path: /api/s${n}/s${n}-0000000${(index % 16).toString(16)}}`).join('\n')}
  matrix:
    - callers: [${names('c', callers)}]
      requests: [${names('r', requests)}]
      expect: {${callers.map((index) => `c${index}: ${index === 0 ? 'allow' : 'deny'}`).join(', ')}}
`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

import { join } from 'node:path';
import { openPolicyFolder } from '../../src/cli/terminal/policy-folder.ts';
import { processTerminal } from '../../src/cli/terminal/terminal.ts';
import { judgeMutants } from '../../src/cli/test/judge-mutants.ts';
import { readYaml } from '../../src/policy/yaml/yaml-file.ts';
import { mutantsOf } from '../../src/tools/mutation/mutate.ts';
import type { ScoredMutant } from '../../src/tools/mutation/score.ts';
import { Snapshots } from '../../src/tools/testing/snapshots.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders], paths: ["/api/**"]}]
  authenticate: {mtls: {principals: ["spiffe://acme.example/web"]}}
  rules:
    - {name: read, effect: allow, match: [{methods: [GET, HEAD]}], when: request.scheme == 'https'}
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  callers: {web: {principal: "spiffe://acme.example/web"}}
  cases:
    - {name: reads, caller: web, request: {host: orders, path: /api/a}, expect: allow}
    - {name: writes, caller: web, request: {host: orders, path: /api/a, method: POST}, expect: deny}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, { 'p/orders.yaml': POLICY });
});

afterEach(() => stack.disposeAsync());

test('several threads give the same report as one', async () => {
  const reports = [];
  for (const threads of ['1', '3']) {
    const args = ['test', 'p', '--mutate', '--quiet', '--mutation-threads', threads];
    const { code, stdout, stderr } = await inProcess(args, directory);
    reports.push([code, stdout.replace(/\d+ ms/, 'N ms'), stderr]);
  }
  expect(reports[0]).toEqual(reports[1]);
  expect(reports[0]?.[1]).toMatch(
    /no case detects that `HEAD` is dropped[^]*\nmutation score \d+ % \(\d+ detected, \d+ surv/,
  );
});

describe('mutants', () => {
  const judged = async (digest: string | undefined, time: number): Promise<readonly ScoredMutant[]> => {
    const path = join(directory, 'p');
    const folder = await openPolicyFolder(path, processTerminal());
    if ('problem' in folder || folder.set === undefined || folder.files === undefined)
      throw new Error('the folder does not compile');
    const { set, files, tests } = folder;
    const { revision } = set;
    const changed = { ...set, revision: { ...revision, digest: digest ?? revision.digest } };
    const cases = tests.flatMap((document) => document.cases.map((each) => ({ document, case: each })));
    const run = { folder, set: changed, files, cases, snapshots: new Snapshots(path, false), now: 0 };
    const mutants = [...files.yaml].flatMap(([file, bytes]) => mutantsOf(readYaml(file, bytes)));
    const all: ScoredMutant[] = [];
    await judgeMutants(run, mutants, { threads: 2, time, path }, (each) => void all.push(each));
    return all.toSorted((a, b) => mutants.indexOf(a.mutant) - mutants.indexOf(b.mutant));
  };

  test('of a folder that has changed meanwhile are judged by the files that were read', async () => {
    const [own, other] = [await judged(undefined, 60_000), await judged('another', 60_000)];
    expect(other).toEqual(own);
    expect(own.map(({ status }) => status)).toContain('survived');
    expect(own.map(({ status }) => status)).toContain('killed');
  });

  test('are not tried after the time', async () => {
    expect(await judged(undefined, -1)).toEqual([]);
  });
});

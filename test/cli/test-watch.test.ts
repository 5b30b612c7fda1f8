import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchedTests } from '../../src/cli/test/watch.ts';
import { startChild } from '../support/child.ts';
import { pipedTerminal, writeFiles } from '../support/in-process.ts';
import { MAIN, PROGRAM_ENVIRONMENT } from '../support/program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

const policy = (name: string, rule = 'GET'): string => `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  match: [{hosts: [${name}.test]}]
  rules: [{name: all, effect: allow, match: [{methods: [${rule}]}]}]
`;
const tests = (name: string, decision = 'allow'): string => `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: ${name}}
spec:
  cases:
    - {name: one, request: {host: ${name}.test}, expect: {decision: ${decision}}}
    - {name: two, request: {host: ${name}.test, path: /two}, expect: {decision: ${decision}}}
`;
const FILES = {
  'p/a.yaml': policy('a'),
  'p/b.yaml': policy('b'),
  'p/a.test.yaml': tests('a'),
  'p/b.test.yaml': tests('b'),
};
const OPTIONS = {
  allowEmpty: false,
  output: 'human',
  onlyFailed: false,
  update: false,
  watch: true,
  coverage: false,
  mutate: false,
  mutationTime: 1,
  filter: undefined,
  seed: undefined,
  coverageOutput: undefined,
  minCoverage: undefined,
  since: undefined,
  minMutation: undefined,
  mutationThreads: undefined,
  outputFile: undefined,
  quiet: false,
} as const;

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, FILES);
});

afterEach(() => stack.disposeAsync());

test('runs all at first, and then what a change touches', async () => {
  const terminal = pipedTerminal(directory);
  const watched = new WatchedTests('p', OPTIONS, terminal);
  const look = async (files: Readonly<Record<string, string>> = {}): Promise<string> => {
    terminal.stdout.text = '';
    terminal.stderr.text = '';
    await writeFiles(directory, files);
    await watched.look();
    return terminal.stdout.text + terminal.stderr.text;
  };
  expect(await look()).toMatch(/\n4 passed \(4 cases/);
  // Called for nothing.
  expect(await look()).toBe('');

  const broken = await look({ 'p/a.yaml': policy('a', 'PUT') });
  expect(broken).toMatch(/^\nPolicy a changed: 2 cases of 4\na\n {2}✗ one/);
  // Failing cases run again with every change.
  expect(await look({ 'p/b.test.yaml': tests('b', 'allow').replace('/two', '/three') })).toMatch(
    /^\nPolicyTest b changed: 4 cases of 4\n[^]*\n2 passed, 2 failed/,
  );
  expect(await look({ 'p/a.yaml': policy('a') })).toMatch(
    /^\nPolicy a changed: 2 cases of 4\n[^]*\n2 passed/,
  );
  // It may govern what it did not govern before.
  expect(
    await look({ 'p/b.yaml': policy('b').replace('hosts: [b.test]', 'hosts: [b.test, a.test]') }),
  ).toMatch(/^\nPolicy b changed: 4 cases of 4\n/);

  expect(await look({ 'p/b.yaml': 'apiVersion: lictor/v1\nkind: Polic\n' })).toContain('no test was run');
  expect(await look({ 'p/b.yaml': policy('b') })).toMatch(
    /^\nPolicy b changed: 4 cases of 4\n[^]*\n4 passed/,
  );
});

test('stays until it is told to end', async () => {
  const log = join(directory, 'log');
  const child = await startChild({
    name: 'lictor test --watch',
    command: process.execPath,
    args: [MAIN, 'test', join(directory, 'p'), '--watch'],
    env: { PATH: process.env['PATH'], ...PROGRAM_ENVIRONMENT, XDG_CACHE_HOME: join(directory, '.cache') },
    log,
  });
  stack.defer(() => child.stop());
  const says = (text: string): Promise<unknown> =>
    waitFor(async () => ((await readFile(log, 'utf8')).includes(text) ? true : undefined), {
      what: `\`${text}\` in the output`,
      timeout: 10_000,
      child,
    });
  await says('4 passed');
  await writeFiles(directory, { 'p/a.test.yaml': tests('a', 'deny') });
  await says('PolicyTest a changed: 2 cases of 4');
  await says('0 passed, 2 failed');
  child.signal('SIGTERM');
  expect(await child.exited).toBe('exit code 0');
});

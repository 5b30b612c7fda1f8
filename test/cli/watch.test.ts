import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TEST_FLAGS, type TestOptions } from '../../src/cli/test/flags.ts';
import { WatchedFolder } from '../../src/cli/watch/watch.ts';
import { readFlags } from '../../src/flag/read-flags.ts';
import { startChild } from '../support/child.ts';
import { pipedTerminal, writeFiles } from '../support/in-process.ts';
import { MAIN, PROGRAM_ENVIRONMENT } from '../support/program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

const policy = (method: string, rules = 'rules'): string => `apiVersion: lictor/v1
kind: Policy
metadata: {name: a}
spec:
  match: [{hosts: [a.test]}]
  ${rules}: [{name: all, effect: allow, match: [{methods: [${method}]}], when: request.scheme == 'https'}]
`;

const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: a}
spec:
  cases:
    - {name: one, request: {host: a.test}, expect: {decision: allow}}
    - {name: two, request: {host: b.test}, expect: {decision: deny}}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, { 'p/a.yaml': policy('GET'), 'p/a.test.yaml': TESTS });
});

afterEach(() => stack.disposeAsync());

function options(more: Partial<TestOptions> = {}): TestOptions {
  const { values } = readFlags(TEST_FLAGS, []);
  if (values === undefined) throw new Error('a default is not valid');
  return { ...values, ...more };
}

test('diagnostics are shown when they change, and the cases run that a change touches', async () => {
  const terminal = pipedTerminal(directory);
  const watched = new WatchedFolder('p', options(), terminal);
  const look = async (files: Readonly<Record<string, string>> = {}): Promise<string> => {
    terminal.stdout.text = '';
    await writeFiles(directory, files);
    await watched.look();
    return terminal.stdout.text + terminal.stderr.text;
  };
  expect(await look()).toMatch(/^\np: 1 policy, 0 issuers, 1 test: no errors\n[^]*\n2 passed \(2 cases/);
  // Called for nothing.
  expect(await look()).toBe('');
  // Only the case that reaches the policy runs; the diagnostics are the same.
  expect(await look({ 'p/a.yaml': policy('PUT') })).toMatch(/^\nPolicy a changed: 1 case of 2\na\n {2}✗ one/);
  // An error is shown once, and no case runs.
  const broken = await look({ 'p/a.yaml': policy('GET', 'rule') });
  expect(broken).toMatch(/^\np\/a\.yaml:6:3: error\[unknown_field\][^]*\np: 1 error, 0 warnings\n$/);
  expect(await look({ 'p/b.yaml': '# nothing\n' })).toBe('');
  expect(await look({ 'p/a.yaml': policy('GET') })).toMatch(/no errors\n\n[^]*: 1 case of 2\n[^]*✓ one/);
});

test('--filter chooses the cases', async () => {
  const terminal = pipedTerminal(directory);
  await new WatchedFolder('p', options({ filter: 'two' }), terminal).look();
  expect(terminal.stdout.text).toMatch(/✓ two\n\n1 passed/);
});

test('a folder that does not exist is a problem that can go away', async () => {
  const terminal = pipedTerminal(directory);
  const watched = new WatchedFolder('q', options(), terminal);
  await watched.look();
  expect(terminal.stdout.text).toMatch(/^\nlictor check: `q` does not exist/);
  await writeFiles(directory, { 'q/a.yaml': policy('GET'), 'q/a.test.yaml': TESTS });
  await watched.look();
  expect(terminal.stdout.text).toMatch(/\n2 passed \(2 cases/);
});

test('the program watches until it is interrupted', async () => {
  const log = join(directory, 'log');
  const child = await startChild({
    name: 'lictor watch',
    command: process.execPath,
    args: [MAIN, 'watch', join(directory, 'p')],
    env: { PATH: process.env['PATH'], ...PROGRAM_ENVIRONMENT, XDG_CACHE_HOME: join(directory, '.cache') },
    log,
  });
  stack.defer(() => child.stop());
  const says = (text: string): Promise<unknown> =>
    waitFor(async () => ((await readFile(log, 'utf8')).includes(text) ? true : undefined), {
      what: `\`${text}\` in the output`,
      timeout: 20_000,
      child,
    });
  await says('2 passed');
  await writeFiles(directory, { 'p/a.yaml': policy('PUT') });
  await says('1 failed');
  child.signal('SIGINT');
  expect(await child.exited).toBe('exit code 0');
}, 60_000);

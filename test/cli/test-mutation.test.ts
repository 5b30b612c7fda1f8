import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { makeRepository } from '../support/repository.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const A = `apiVersion: lictor/v1
kind: Policy
metadata: {name: a}
spec:
  match: [{hosts: [a.test]}]
  rules:
    - name: read
      effect: allow
      match: [{methods: [GET, HEAD]}]
      when: request.url_path == '/x' && 'x-a' in request.headers
`;
const B = `apiVersion: lictor/v1
kind: Policy
metadata: {name: b}
spec:
  match: [{hosts: [b.test]}]
  limits:
    - {name: few, key: [request.method], rate: 2/m} # lictor-unmutated: nobody counts here
  rules: [{name: all, effect: allow}]
`;
const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: t}
spec:
  cases:
    - {name: a, request: {host: a.test, path: /x, headers: {x-a: "1"}}, expect: {decision: allow}}
    - {name: a's path, request: {host: a.test, path: /y, headers: {x-a: "1"}}, expect: {decision: deny}}
    - {name: a's method, request: {method: PUT, host: a.test, path: /x, headers: {x-a: "1"}}, expect: {decision: deny}}
    - {name: elsewhere, request: {host: c.test, path: /x, headers: {x-a: "1"}}, expect: {reason: no_policy}}
    - {name: b, request: {host: b.test}, expect: {decision: allow}}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, { 'p/a.yaml': A, 'p/b.yaml': B, 'p/t.yaml': TESTS });
});

afterEach(() => stack.disposeAsync());

/** Output from the mutation report on. */
function told(stdout: string): string {
  return stdout.slice(stdout.indexOf('\nmutation\n'));
}

test('survivors are told with a diff, remarks leave out, and a floor that is not reached fails', async () => {
  const { code, stdout, stderr } = await inProcess(
    ['test', 'p', '--mutate', '--min-mutation', '90'],
    directory,
  );
  expect(told(stdout)).toBe(`
mutation
p/a.yaml:9: no case detects that \`HEAD\` is dropped from \`methods\`
  -      match: [{methods: [GET, HEAD]}]
  +      match: [{methods: [GET]}]

p/a.yaml:10: no case detects that \`'x-a' in request.headers\` is dropped
  -      when: request.url_path == '/x' && 'x-a' in request.headers
  +      when: request.url_path == '/x'

p/b.yaml:7: excluded, \`2/m\` becomes \`4/m\`: nobody counts here
mutation score 83 % (10 detected, 2 survived, 1 excluded)
`);
  expect(stderr).toBe('lictor test: the mutation score is 83 %, `--min-mutation` asks for 90 %\n');
  expect(code).toBe(1);
  expect(await inProcess(['test', 'p', '--min-mutation', '83'], directory)).toMatchObject({ code: 0 });
});

test('a mutant that another test detects is detected, and a mutant that does not compile is not counted', async () => {
  // Without its match, `a` governs `c.test`, which only a case of nobody's policy asks for.
  const { stdout } = await inProcess(['test', 'p', '--mutate', '--filter', 'elsewhere'], directory);
  expect(told(stdout)).not.toContain('that the `match` is dropped\n  -  match: [{hosts: [a.test]}]');
});

test('without a run that holds there is nothing to compare with', async () => {
  await writeFile(join(directory, 'p/t.yaml'), TESTS.replace('no_policy', 'no_rule'));
  const { code, stderr } = await inProcess(['test', 'p', '--mutate'], directory);
  expect([code, stderr]).toEqual([1, 'lictor test: a case fails, so nothing was mutated\n']);
});

test('when the time runs out, the report says so and no score passes', async () => {
  const flags = ['--mutate', '--min-mutation', '0', '--mutation-time', '0'];
  const { code, stdout, stderr } = await inProcess(['test', 'p', ...flags], directory);
  expect(code).toBe(1);
  expect(told(stdout)).toContain('12 untried, the time ran out');
  expect(stderr).toContain('not every change was tried, so there is no score yet');
});

describe('--since', () => {
  test('only what changed is mutated', async () => {
    const repository = await makeRepository(join(directory, 'r'), join(directory, 'p'));
    await repository.commit('all');
    await writeFiles(repository.folder, { 'a.yaml': `# told\n${A}`, 'b.yaml': B.replace('2/m', '3/m') });
    const { code, stdout } = await inProcess(['test', 'r', '--since', 'HEAD'], directory);
    expect(code).toBe(0);
    expect(told(stdout)).toBe(
      '\nmutation\nr/b.yaml:7: excluded, `3/m` becomes `6/m`: nobody counts here\nmutation score 100 % (2 detected, 0 survived, 1 excluded)\n',
    );
    // A file that git does not know is new as a whole.
    await writeFiles(repository.folder, {
      'c.yaml': B.replaceAll('b.test', 'd.test').replace('name: b', 'name: d'),
    });
    const again = await inProcess(['test', 'r', '--since', 'HEAD'], directory);
    expect(told(again.stdout)).toContain('r/c.yaml:8: no case detects');
  });

  test.each(['nowhere', '--output=x'])('%s is not a revision', async (revision) => {
    await makeRepository(join(directory, 'r'), join(directory, 'p'));
    const { code, stderr } = await inProcess(['test', 'r', `--since=${revision}`], directory);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^lictor test: `--since`: .*(nowhere|--output=x)/);
  });
});

test('a rule that a test of the same file names may be changed all the same', async () => {
  const files = {
    'q/all.yaml': `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: t}
spec:
  cases: [{name: no, request: {path: /no}, expect: {rule: p/no}}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec:
  rules:
    - {name: all, effect: allow}
    - {name: no, effect: deny, when: request.path == '/no'}
`,
  };
  await writeFiles(directory, files);
  const { stdout } = await inProcess(['test', 'q', '--mutate'], directory);
  expect(told(stdout)).toBe(`
mutation
q/all.yaml:13: no case detects that the condition is dropped
  -    - {name: no, effect: deny, when: request.path == '/no'}
  +    - {name: no, effect: deny, when: true}

mutation score 75 % (3 detected, 1 survived)
`);
});

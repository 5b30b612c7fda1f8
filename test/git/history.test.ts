import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blameLine } from '../../src/git/blame.ts';
import { changedFiles } from '../../src/git/changed-files.ts';
import { gitDirIn } from '../../src/git/git-dir.ts';
import { lineBefore, lineChanges } from '../../src/git/line-changes.ts';
import { openRepository, type Repository } from '../../src/git/repository.ts';
import { commitAll, git, put, scratch } from '../policy/source/scratch.ts';
import { seeded } from '../support/seeded.ts';

/** Random whole numbers below another. */
function below(seed: number): (most: number) => number {
  const random = seeded(seed);
  return (most) => Math.floor(random() * most);
}

function opened(root: string): Repository {
  const dir = gitDirIn(root);
  if (dir === undefined || 'problem' in dir) throw new Error('not a repository');
  return openRepository(dir);
}

function within<T>(root: string, use: (repository: Repository) => T): T {
  const repository = opened(root);
  try {
    return use(repository);
  } finally {
    repository.close();
  }
}

/** `main` with three commits and a merge of `side`, an annotated and a plain tag. */
function branched(): string {
  const root = scratch();
  git(root, 'init', '-q', '-b', 'main');
  put(root, { 'p/a.yaml': 'one\n' });
  commitAll(root, 'first');
  git(root, 'checkout', '-q', '-b', 'side');
  put(root, { 'p/b.yaml': 'b\n' });
  commitAll(root, 'on the side');
  git(root, 'checkout', '-q', 'main');
  put(root, { 'p/a.yaml': 'one\ntwo\n' });
  commitAll(root, 'second');
  git(root, 'tag', '-a', 'v1', '-m', 'release');
  git(root, 'merge', '-q', '--no-ff', '-m', 'merge side', 'side');
  git(root, 'tag', 'plain');
  git(root, 'update-ref', 'refs/remotes/origin/main', 'HEAD~1');
  git(root, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  return root;
}

const REVISIONS = [
  'HEAD',
  '@',
  'main',
  'heads/main',
  'refs/heads/side',
  'side',
  'v1',
  'v1^{}',
  'v1^{commit}',
  'tags/v1',
  'plain',
  'origin',
  'origin/main',
  'HEAD^',
  'HEAD^1',
  'HEAD^2',
  'HEAD~1',
  'HEAD~2',
  'HEAD~',
  'HEAD^^',
  'HEAD^2~1',
  'HEAD^0',
  'HEAD~0',
  'v1~1',
  '~1',
]; // prettier-ignore

test.each([
  ['loose objects', () => {}],
  ['packs', (root: string) => void git(root, 'gc', '-q')],
])('a revision names the commit that git names, with %s', (_, pack) => {
  const root = branched();
  pack(root);
  within(root, (repository) => {
    const expected = REVISIONS.map((each) =>
      git(root, 'rev-parse', `${each.replace(/^~/, 'HEAD~')}^{commit}`),
    );
    expect(REVISIONS.map((each) => repository.resolve(each))).toEqual(expected);
    const ids = git(root, 'rev-list', '--all').split('\n');
    for (const id of ids)
      for (const digits of [4, 7, 12, 40]) expect(repository.resolve(id.slice(0, digits))).toBe(id);
  });
});

test.each([
  ['nowhere', '`nowhere` is not a branch, tag or commit of the repository'],
  ['HEAD~9', '`HEAD~9` goes back beyond the first commit'],
  ['HEAD^3', '`HEAD^3` goes back beyond the first commit'],
  ['HEAD~999999999', '`HEAD~999999999` goes back too far'],
  ['HEAD@{1}', 'is not a revision'],
  ['HEAD:p/a.yaml', 'is not a revision'],
  ['HEAD^x', 'is not a revision'],
  ['../../etc/passwd', 'is not a branch, tag or commit'],
  ['refs/../HEAD', 'is not a branch, tag or commit'],
  ['-rf', 'is not a branch, tag or commit'],
  ['0000000000000000000000000000000000000000', 'the repository lacks the object'],
  ['config', 'is not a branch, tag or commit'],
])('`%s` is not a revision', (written, problem) => {
  const resolved = within(branched(), (repository) => repository.resolve(written));
  expect(resolved).toEqual({ problem: expect.stringContaining(problem) });
});

test('a tree is not a commit, and digits of several commits are ambiguous', () => {
  const root = branched();
  const tree = git(root, 'rev-parse', 'HEAD^{tree}');
  expect(within(root, (repository) => repository.resolve(tree))).toEqual({
    problem: `\`${tree}\` names an object that is not a commit`,
  });
});

test('a commit has its author, dates, parents and subject', () => {
  const root = branched();
  const commit = within(root, (repository) => repository.commit(git(root, 'rev-parse', 'HEAD')));
  const [name, email, time, subject, parents] = git(
    root,
    'log',
    '-1',
    '--format=%an%n%ae%n%at%n%s%n%P',
  ).split('\n');
  expect(commit.author).toMatchObject({ name, email, time: Number(time) * 1000 });
  expect(commit).toMatchObject({ subject, parents: parents?.split(' ') });
});

test('the history of a shallow clone ends where the clone ends', () => {
  const root = branched();
  git(root, 'clone', '-q', '--depth', '2', `file://${root}`, join(root, 'shallow'));
  within(join(root, 'shallow'), (repository) => {
    expect(repository.resolve('HEAD~1')).toEqual(expect.any(String));
    expect(repository.resolve('HEAD~2')).toEqual({ problem: '`HEAD~2` goes back beyond the first commit' });
  });
});

test('files that differ between two commits are found by path', () => {
  const root = branched();
  const paths = within(root, (repository) => {
    const at = (revision: string) => git(root, 'rev-parse', revision);
    return changedFiles(repository, at('HEAD~2'), at('HEAD')).map(({ path, before }) => [
      path,
      before === undefined,
    ]);
  });
  expect(paths).toEqual([
    ['p/a.yaml', false],
    ['p/b.yaml', true],
  ]); // prettier-ignore
});

test.each([
  ['', 'a', [[0, 0, 0, 1]]],
  ['a', '', [[0, 1, 0, 0]]],
  ['a b c', 'a b c', []],
  ['a b c', 'a x c', [[1, 2, 1, 2]]],
  [
    'a b c d',
    'a c d e',
    [
      [1, 2, 1, 1],
      [4, 4, 3, 4],
    ],
  ],
  [
    'a b',
    'x a b y',
    [
      [0, 0, 0, 1],
      [2, 2, 3, 4],
    ],
  ],
] as const)('from `%s` to `%s`', (before, after, expected) => {
  // prettier-ignore
  const words = (text: string) => text.split(' ').filter((word) => word !== '');
  const changes = lineChanges(words(before), words(after));
  expect(
    changes.map(({ oldStart, oldEnd, newStart, newEnd }) => [oldStart, oldEnd, newStart, newEnd]),
  ).toEqual(expected);
});

test('changes of random texts lead from one to the other, and unchanged lines keep their place', () => {
  const random = below(7);
  const text = () => Array.from({ length: random(30) }, () => `${random(6)}`);
  for (let round = 0; round < 500; round += 1) {
    const [before, after] = [text(), text()];
    const changes = lineChanges(before, after);
    const made: string[] = [];
    let at = 0;
    for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
      made.push(...before.slice(at, oldStart), ...after.slice(newStart, newEnd));
      at = oldEnd;
    }
    expect([...made, ...before.slice(at)]).toEqual(after);
    for (const [line, content] of after.entries()) {
      const old = lineBefore(changes, line);
      if (old !== undefined) expect(before[old]).toBe(content);
    }
  }
});

test('texts with thousands of differences are one change, quickly', () => {
  const lines = (word: string) => Array.from({ length: 5_000 }, (_, index) => `${word}${index}`);
  expect(lineChanges(lines('a'), lines('b'))).toEqual([
    { oldStart: 0, oldEnd: 5_000, newStart: 0, newEnd: 5_000 },
  ]);
});

test('each line of a random history has the commit that `git blame` gives it', () => {
  const root = scratch();
  const random = below(11);
  git(root, 'init', '-q', '-b', 'main');
  let lines = Array.from({ length: 8 }, (_, index) => `line ${index}`);
  let path = 'a.yaml';
  let next = 100;
  for (let round = 0; round < 25; round += 1) {
    const at = random(lines.length);
    if (round % 8 === 7) {
      git(root, 'mv', path, `b${round}.yaml`);
      path = `b${round}.yaml`;
    } else if (round % 3 === 0)
      lines = [...lines.slice(0, at), `line ${next++}`, `line ${next++}`, ...lines.slice(at)];
    else if (round % 3 === 1) lines = lines.with(at, `line ${next++}`);
    else if (lines.length > 4) lines = lines.filter((_, index) => index !== at);
    writeFileSync(join(root, path), `${lines.join('\n')}\n`);
    commitAll(root, `round ${round}`);
  }
  const expected = git(root, 'blame', '-s', '-l', '--root', path)
    .split('\n')
    .map((line) => line.slice(0, 40)); // prettier-ignore
  const found = within(root, (repository) => {
    const head = git(root, 'rev-parse', 'HEAD');
    return lines.map((_, index) => blameLine(repository, head, { path, line: index + 1 })?.commit.id);
  });
  expect(found).toEqual(expected);
  expect(new Set(expected).size).toBeGreaterThan(4);
});

test('a line of a merge goes back to the branch that wrote it, and with the first parent alone to the merge', () => {
  const root = branched();
  const ids = within(root, (repository) => {
    const head = git(root, 'rev-parse', 'HEAD');
    const place = { path: 'p/b.yaml', line: 1 };
    return [
      blameLine(repository, head, place)?.commit.subject,
      blameLine(repository, head, place, { isFirstParent: true })?.commit.subject,
      blameLine(repository, head, { ...place, line: 2 }),
      blameLine(repository, head, { path: 'p/a.yaml', line: 1 }, { most: 1 })?.isCut,
    ];
  });
  expect(ids).toEqual(['on the side', 'merge side', undefined, true]);
});

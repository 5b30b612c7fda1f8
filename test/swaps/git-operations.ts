import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRepository, type Repository } from '../support/repository.ts';
import { gitVersion, VERSIONS } from './git-versions.ts';

/** A repository of all versions, changed by the operations that people and tools use. */
export interface Checkout {
  readonly folder: string;
  /** Link to a work tree of its own, replaced by each `worktree` step, as git-sync does. */
  readonly link: string;
  /** Runs git commands of one kind; `random` gives numbers from 0 to 1. Returns the names of those that ran. */
  step(random: () => number): Promise<readonly string[]>;
  /** Version of the policies in a commit. */
  versionOf(commit: string): Promise<string>;
  /** Version of the policies in the commit of HEAD. */
  headVersion(): Promise<string>;
  head(): Promise<string>;
}

type Run = (...args: readonly string[]) => Promise<string>;

/** Branch `main` has a commit for each version; `side` has one more commit, which changes no policy. */
export async function makeCheckout(folder: string): Promise<Checkout> {
  const empty = join(folder, 'empty');
  await mkdir(empty, { recursive: true });
  const repository = await makeRepository(join(folder, 'repository'), empty);
  const commits = await commitVersions(repository);
  await repository.git('clone', '--quiet', '--bare', repository.folder, join(folder, 'origin.git'));
  await repository.git('remote', 'add', 'origin', join(folder, 'origin.git'));
  await repository.git('fetch', '--quiet', 'origin');
  await repository.git('branch', '--quiet', '--set-upstream-to=origin/main', 'main');
  const versions = await treesOf(repository, commits);
  const ran: string[] = [];
  const git: Run = (...args) => {
    ran.push(args[0] ?? '');
    return repository.git(...args);
  };
  const treeOf = async (commit: string) => (await repository.git('rev-parse', `${commit}:policies`)).trim();
  const link = join(folder, 'link');
  const trees = workTrees(folder, link, git);
  await trees(commits[0] ?? '');
  const versionOf = async (commit: string) => versions.get(await treeOf(commit)) ?? `no version: ${commit}`;
  return {
    folder: repository.folder,
    link,
    head: () => repository.head(),
    versionOf,
    headVersion: () => versionOf('HEAD'),
    async step(random) {
      ran.length = 0;
      const commit = commits[Math.floor(random() * commits.length)] ?? '';
      const other = commits[Math.floor(random() * commits.length)] ?? '';
      // The two numbers above the last one are those of a work tree of its own.
      const kind = KINDS[Math.floor(random() * (KINDS.length + 2))];
      await (kind === undefined ? trees(commit) : kind(git, commit, other));
      return [...ran];
    },
  };
}

async function commitVersions(repository: Repository): Promise<readonly string[]> {
  const commits: string[] = [];
  await mkdir(join(repository.folder, 'policies'));
  for (let version = 0; version < VERSIONS; version += 1) {
    for (const [name, text] of Object.entries(gitVersion(version))) {
      await writeFile(join(repository.folder, 'policies', name), text);
    }
    commits.push(await repository.commit(`Version ${version}`));
  }
  await repository.git('branch', '--quiet', 'side', commits[0] ?? '');
  await repository.git('checkout', '--quiet', 'side');
  await writeFile(join(repository.folder, 'README.md'), 'a change beside the policies\n');
  await repository.commit('A change beside the policies');
  await repository.git('checkout', '--quiet', 'main');
  return commits;
}

async function treesOf(
  repository: Repository,
  commits: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const trees = new Map<string, string>();
  for (const [version, commit] of commits.entries()) {
    trees.set((await repository.git('rev-parse', `${commit}:policies`)).trim(), `version ${version}`);
  }
  return trees;
}

/** Every step starts and ends with a work tree that is exactly a commit. */
const KINDS: readonly ((git: Run, commit: string, other: string) => Promise<unknown>)[] = [
  async function checkout(git, commit, other) {
    await git('checkout', '--quiet', '--detach', commit);
    await git('checkout', '--quiet', '--detach', other);
  },
  async function checkoutBranch(git, commit) {
    await git('checkout', '--quiet', '-B', 'work', commit);
  },
  async function resetHard(git, commit) {
    await git('reset', '--quiet', '--hard', commit);
  },
  async function pull(git, commit) {
    await git('checkout', '--quiet', 'main');
    await git('reset', '--quiet', '--hard', commit);
    await git('pull', '--quiet', '--no-rebase');
  },
  async function pullRebase(git, commit) {
    await git('checkout', '--quiet', 'main');
    await git('reset', '--quiet', '--hard', commit);
    await git('pull', '--quiet', '--rebase');
  },
  async function mergeForward(git, commit) {
    await git('checkout', '--quiet', '-B', 'work', 'side~1');
    await git('merge', '--quiet', '--ff-only', commit);
  },
  async function stash(git, commit, other) {
    await git('checkout', '--quiet', '--detach', commit);
    // The tree of another commit, staged: a whole version that HEAD does not name.
    await git('checkout', '--quiet', other, '--', 'policies');
    await git('stash', 'push', '--quiet', '--include-untracked').catch(nothingToStash);
    await git('stash', 'pop', '--quiet').catch(nothingToStash);
    await git('reset', '--quiet', '--hard');
  },
  async function restore(git, commit) {
    await git('restore', '--quiet', '--source', commit, '--staged', '--worktree', 'policies');
    await git('restore', '--quiet', '--source', 'HEAD', '--staged', '--worktree', 'policies');
  },
  async function rebase(git, commit) {
    await git('checkout', '--quiet', '-B', 'work', 'side');
    await git('rebase', '--quiet', commit);
  },
  async function cherryPick(git, commit) {
    await git('checkout', '--quiet', '--detach', commit);
    await git('cherry-pick', 'side');
    await git('revert', '--no-edit', 'HEAD');
  },
  async function bisect(git) {
    await git('checkout', '--quiet', 'main');
    await git('reset', '--quiet', '--hard', 'origin/main');
    await git('bisect', 'start', 'HEAD', `HEAD~${VERSIONS - 1}`);
    await git('bisect', 'good');
    await git('bisect', 'reset');
  },
];

/** `commit` and `other` of the step were the same. */
function nothingToStash(): string {
  return '';
}

/** Makes a work tree of the commit, replaces the link by a rename, and removes the work tree before it. */
function workTrees(folder: string, link: string, git: Run): (commit: string) => Promise<void> {
  let count = 0;
  return async (commit) => {
    const [last, next] = [count, count + 1].map((number) => join(folder, 'trees', `${number}`));
    count += 1;
    await git('worktree', 'add', '--quiet', '--detach', next ?? '', commit);
    await rm(`${link}.new`, { force: true });
    await symlink(next ?? '', `${link}.new`);
    await rename(`${link}.new`, link);
    if (count > 1) await git('worktree', 'remove', '--force', last ?? '');
  };
}

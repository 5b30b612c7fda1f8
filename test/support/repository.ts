import { execFile } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A git repository made with the real program, independent of the settings of the user. */
export interface Repository {
  readonly folder: string;
  /** Commits all changes. Returns the ID of the new commit, 40 hex digits. */
  commit(message: string): Promise<string>;
  /** The ID of the latest commit. */
  head(): Promise<string>;
  /** Runs git in the repository and returns its output. */
  git(...args: readonly string[]): Promise<string>;
}

/** Replaces `folder` by a new repository with a copy of `from`, not committed yet. */
export async function makeRepository(folder: string, from: string): Promise<Repository> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(from, folder, { recursive: true });
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', folder, ...args], {
      env: { ...process.env, ...PRIVATE },
    });
    return stdout;
  };
  const head = async () => (await git('rev-parse', 'HEAD')).trim();
  await git('init', '--quiet', '--initial-branch=main');
  for (const [name, value] of SETTINGS) await git('config', name, value);
  return {
    folder,
    git,
    head,
    commit: async (message) => {
      await git('add', '--all');
      await git('commit', '--quiet', '--message', message);
      return head();
    },
  };
}

/** An identity in the repository itself, so that a user without one can commit there too. */
const SETTINGS = [
  ['user.name', 'acme platform'],
  ['user.email', 'platform@acme.example'],
  ['commit.gpgsign', 'false'],
] as const;

/** Excludes the settings of the machine, and the variables that a git hook would pass on. */
const PRIVATE = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
};

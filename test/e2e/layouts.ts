import { mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRepository, type Repository } from '../support/repository.ts';
import { swapLink } from '../swaps/swaps.ts';
import { digestOf, inOneFile, type Version } from '../swaps/versions.ts';

/** A way in which policies are deployed to a disk. */
export interface Layout {
  readonly name: string;
  /** The path for `--policies`, below the folder that `arrive` gets. */
  readonly policies: string;
  /** Deploys a version, the first one before Lictor starts. Returns the revision that answers must have. */
  readonly arrive: (folder: string, next: Version) => Promise<string>;
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
}

async function replaceLink(link: string, target: string): Promise<void> {
  await symlink(target, `${link}.new`);
  await rename(`${link}.new`, link);
}

const repositories = new Map<string, Repository>();

async function repositoryIn(folder: string): Promise<Repository> {
  const known = repositories.get(folder);
  if (known !== undefined) return known;
  await mkdir(join(folder, 'empty'), { recursive: true });
  const made = await makeRepository(join(folder, 'repository'), join(folder, 'empty'));
  repositories.set(folder, made);
  return made;
}

/**
 * The steps of git-sync 4 for a new commit, in their order: a work tree `.worktrees/SHA` with a relative path in its file
 * `.git`, the link by rename, then the old tree and git's record of it. The differences: the program git of this machine
 * runs them, over a path instead of a network, and nobody interrupts them.
 */
async function syncOnce(upstream: Repository, root: string, commit: string): Promise<void> {
  const git = (...args: readonly string[]): Promise<string> => upstream.git('-C', root, ...args);
  const tree = join(root, '.worktrees', commit);
  const link = join(root, 'current');
  await mkdir(root, { recursive: true });
  await git('init', '--quiet');
  await git('fetch', '--quiet', '--depth=1', '--no-tags', upstream.folder, commit);
  await git('worktree', 'add', '--quiet', '--force', '--detach', '--no-checkout', tree, commit);
  await writeFile(join(tree, '.git'), `gitdir: ../../.git/worktrees/${commit}\n`);
  await git('-C', tree, 'reset', '--quiet', '--hard', commit);
  const old = await readlink(link).catch(() => undefined);
  await replaceLink(link, join('.worktrees', commit));
  if (old === undefined) return;
  await rm(join(root, old), { recursive: true, force: true });
  await git('worktree', 'prune');
}

/** The ways described in docs/operating.md. */
export const LAYOUTS: readonly Layout[] = [
  {
    name: 'an edited file',
    policies: 'policies',
    async arrive(folder, next) {
      const files = { 'all.yaml': inOneFile(next) };
      await write(join(folder, 'policies'), files);
      return digestOf(files);
    },
  },
  {
    name: 'a file written elsewhere and renamed',
    policies: 'policies',
    async arrive(folder, next) {
      const files = { 'all.yaml': inOneFile(next) };
      await mkdir(join(folder, 'policies'), { recursive: true });
      await write(folder, files);
      await rename(join(folder, 'all.yaml'), join(folder, 'policies/all.yaml'));
      return digestOf(files);
    },
  },
  {
    name: 'a Kubernetes volume, its ..data link replaced',
    policies: 'volume',
    async arrive(folder, next) {
      const volume = join(folder, 'volume');
      const data = `..2026_11_23_${next.number}`;
      await write(join(volume, data), { ...next.files, REVISION: `${next.commit}\n` });
      if (next.number === 0) {
        for (const name of [...Object.keys(next.files), 'REVISION']) {
          await symlink(`..data/${name}`, join(volume, name));
        }
      }
      await replaceLink(join(volume, '..data'), data);
      await rm(join(volume, `..2026_11_23_${next.number - 1}`), { recursive: true, force: true });
      return next.commit;
    },
  },
  {
    name: 'a git-sync link, the old tree deleted at once',
    policies: 'current',
    async arrive(folder, next) {
      await swapLink(folder, join(folder, 'current'), next);
      return next.commit;
    },
  },
  {
    name: 'a git-sync link to a linked work tree, the old tree deleted at once',
    policies: 'git/current',
    async arrive(folder, next) {
      const upstream = await repositoryIn(folder);
      await write(upstream.folder, { 'all.yaml': inOneFile(next) });
      const commit = await upstream.commit(`Version ${next.number}`);
      await syncOnce(upstream, join(folder, 'git'), commit);
      return commit;
    },
  },
  {
    name: 'a folder removed and made again',
    policies: 'policies',
    async arrive(folder, next) {
      await write(join(folder, 'next'), { ...next.files, REVISION: next.commit });
      await rm(join(folder, 'policies'), { recursive: true, force: true });
      await rename(join(folder, 'next'), join(folder, 'policies'));
      return next.commit;
    },
  },
  {
    name: 'a git commit',
    policies: 'repository',
    async arrive(folder, next) {
      const repository = await repositoryIn(folder);
      await write(repository.folder, { 'all.yaml': inOneFile(next) });
      return repository.commit(`Version ${next.number}`);
    },
  },
];

import { join } from 'node:path';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { Found } from '../../git/git-dir.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import { diagnostic, type Loaded } from './load.ts';
import { loadAt } from './load-commit.ts';
import { placeOf, type RepositoryPlace } from './repository-place.ts';

/** A policy folder through the commits of its repository, without the work tree. */
export interface PolicyHistory {
  readonly repository: Repository;
  /** Path of the folder in the repository, with `/`; empty for the root. */
  readonly path: string;
  /** The folder as of a commit. Referenced files can be read until `close` of the repository. */
  load(commit: string): Promise<Loaded>;
  /** ID of the folder in a commit: equal IDs are equal folders. Undefined if the commit has no such folder. */
  treeOf(commit: string): string | undefined;
}

/** The history of a folder, which need not be in the work tree. */
export function openHistory(dir: string): Found<PolicyHistory> {
  const place = placeOf(dir);
  if (place === undefined) return { problem: `\`${dir}\` is not in a git repository` };
  if ('problem' in place) return place;
  try {
    return historyOf(place, openRepository(place.git));
  } catch (error) {
    return { problem: `the repository of \`${dir}\` cannot be read (${errorMessage(error)})` };
  }
}

/** The history of another folder of the same repository, by its path there. */
export function historyAt({ repository }: PolicyHistory, path: string): PolicyHistory {
  return historyOf({ git: repository.git, path }, repository);
}

function historyOf(place: RepositoryPlace, repository: Repository): PolicyHistory {
  const dir = join(place.git.workTree, place.path);
  return {
    repository,
    path: place.path,
    async load(commit) {
      try {
        return await loadAt(dir, place, repository.objects, commit, repository.tree(commit));
      } catch (error) {
        const message = `\`${dir}\` cannot be read out of the commit ${commit}: ${errorMessage(error)}`;
        const help = 'run `git fsck` in the repository';
        return { failure: 'unreadable', diagnostics: [diagnostic('commit_unreadable', '', message, help)] };
      }
    },
    treeOf(commit) {
      const { entry } = repository.tree(commit).resolve(place.path);
      return entry?.kind === 'folder' ? entry.id : undefined;
    },
  };
}

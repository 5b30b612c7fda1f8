import { statSync } from 'node:fs';
import { openHistory } from '../../policy/source/policy-history.ts';
import type { Version } from '../../tools/diff/version.ts';
import { CommitFolders } from '../terminal/commit-folder.ts';
import { EXIT } from '../terminal/exit-code.ts';
import {
  type FolderProblem,
  openPolicyFolder,
  type PolicyFolder,
  pathOf,
  renderAll,
} from '../terminal/policy-folder.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';

/** A version with the name under which reports show it. */
export interface NamedVersion extends Version {
  /** As the user wrote it. */
  readonly written: string;
  /** Empty for a folder. */
  readonly commit: string;
}

/** Opens each of the versions, which are revisions of `dir` or folders; prints the errors of one that has any. */
export async function openVersions(
  written: readonly [string, string],
  dir: string,
  terminal: Terminal,
): Promise<readonly [NamedVersion, NamedVersion] | FolderProblem> {
  const history = openHistory(pathOf(dir, terminal));
  const folders = 'problem' in history ? undefined : new CommitFolders(history);
  try {
    const open = (each: string) =>
      openVersion(each, dir, folders, 'problem' in history ? history.problem : '', terminal);
    const before = await open(written[0]);
    if ('problem' in before) return before;
    const after = await open(written[1]);
    return 'problem' in after ? after : [before, after];
  } finally {
    folders?.history.repository.close();
  }
}

async function openVersion(
  written: string,
  dir: string,
  folders: CommitFolders | undefined,
  unread: string,
  terminal: Terminal,
): Promise<NamedVersion | FolderProblem> {
  const commit = folders?.history.repository.resolve(written) ?? { problem: unread };
  if (typeof commit === 'string' && folders !== undefined) {
    const folder = await folders.open(commit);
    return 'problem' in folder
      ? { problem: folder.problem, code: EXIT.usage }
      : valid(folder, { written, commit, dir, terminal });
  }
  if (!isFolder(pathOf(written, terminal))) {
    const problem = typeof commit === 'string' ? unread : commit.problem;
    return { problem: `${problem}, and not a folder`, code: EXIT.usage };
  }
  const folder = await openPolicyFolder(written, terminal);
  return 'problem' in folder ? folder : valid(folder, { written, commit: '', dir: written, terminal });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

interface Opened {
  readonly written: string;
  readonly commit: string;
  readonly dir: string;
  readonly terminal: Terminal;
}

function valid(
  folder: PolicyFolder,
  { written, commit, dir, terminal }: Opened,
): NamedVersion | FolderProblem {
  const { set, tests, contents, diagnostics } = folder;
  if (set !== undefined) return { written, commit, set, tests, files: new Map(contents) };
  const errors = diagnostics.filter(({ severity }) => severity === 'error').slice(0, 100);
  const colour = isColourful(terminal.stderr, terminal.environment);
  terminal.stderr.write(renderAll(errors, folder, dir, terminal, colour));
  return { problem: `\`${written}\` does not compile`, code: EXIT.uncompiled };
}

import type { PolicySet } from '../../engine/set/policy-set.ts';
import { type Revision, revisionText } from '../../engine/set/revision.ts';
import type { CompiledFolder } from '../../policy/compile-folder.ts';
import { messageSupport } from '../../policy/message-support.ts';
import type { Folder } from '../../policy/source/folder.ts';
import type { PolicyHistory } from '../../policy/source/policy-history.ts';
import { compileFiles, openedFolder, type PolicyFolder } from './policy-folder.ts';

/** A policy folder as of a commit. */
export interface CommitFolder extends PolicyFolder {
  readonly commit: string;
}

/** Most compiled versions that are kept. */
const MOST_KEPT = 32;

interface Kept {
  readonly folder: Folder;
  readonly compiled: CompiledFolder;
  readonly diagnostics: PolicyFolder['diagnostics'];
}

/** The versions of a policy folder, each compiled once while a verb runs. */
export class CommitFolders {
  readonly history: PolicyHistory;
  /** By the ID of the folder: most commits of a repository do not change the policies. */
  readonly #kept = new Map<string, Kept>();

  constructor(history: PolicyHistory) {
    this.history = history;
  }

  /** The folder as of a commit; its `set` is undefined if it has errors. */
  async open(commit: string): Promise<CommitFolder | { readonly problem: string }> {
    const tree = this.history.treeOf(commit);
    const known = tree === undefined ? undefined : this.#kept.get(tree);
    const kept = known ?? (await this.#compile(commit));
    if ('problem' in kept) return kept;
    if (tree !== undefined && known === undefined) this.#keep(tree, kept);
    return commitFolder(kept, commit);
  }

  #keep(tree: string, kept: Kept): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= MOST_KEPT) this.#kept.delete(oldest);
    this.#kept.set(tree, kept);
  }

  async #compile(commit: string): Promise<Kept | { readonly problem: string }> {
    const { folder, diagnostics } = await this.history.load(commit);
    if (folder === undefined) return { problem: diagnostics.map(({ message }) => message).join('; ') };
    const compiled = compileFiles(folder, { messages: await messageSupport(folder) });
    return { folder, compiled, diagnostics: [...diagnostics, ...compiled.diagnostics] };
  }
}

function commitFolder({ folder, compiled, diagnostics }: Kept, commit: string): CommitFolder {
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
  const revision: Revision = { commit, digest: folder.digest(), dirty: false, source: 'git' };
  const set: PolicySet | undefined =
    hasErrors || compiled.set === undefined
      ? undefined
      : { ...compiled.set, revision, revisionText: revisionText(revision) };
  return { ...openedFolder(set, diagnostics, folder, compiled, folder.files()), commit };
}

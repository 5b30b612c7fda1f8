import type { TreeEntry } from './git-tree.ts';
import type { Repository } from './repository.ts';

/** A file of which two commits have different contents; `before` or `after` is absent if one has no such file. */
export interface ChangedFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Most files that are compared, and levels of folders. */
const MAX_CHANGED = 10_000;
const MAX_DEPTH = 64;

/** The files that differ between two commits, by path. Folders that are equal are not read. */
export function changedFiles(repository: Repository, before: string, after: string): readonly ChangedFile[] {
  const found: ChangedFile[] = [];
  const [old, now] = [repository.tree(before), repository.tree(after)];
  const rootOf = (tree: typeof old): TreeEntry | undefined => tree.resolve('').entry;

  function compare(a: TreeEntry | undefined, b: TreeEntry | undefined, path: string, depth: number): void {
    if (a?.id === b?.id && a?.kind === b?.kind) return;
    const isFile = (entry: TreeEntry | undefined): entry is TreeEntry => entry?.kind === 'file';
    if (isFile(a) || isFile(b)) {
      const change = { path, before: isFile(a) ? a.id : undefined, after: isFile(b) ? b.id : undefined };
      if (found.push(change) > MAX_CHANGED) throw new Error('two commits differ in more than 10,000 files');
    }
    if (depth > MAX_DEPTH) return;
    const [from, to] = [entriesOf(old, a), entriesOf(now, b)];
    for (const name of [...new Set([...from.keys(), ...to.keys()])].sort()) {
      compare(from.get(name), to.get(name), path === '' ? name : `${path}/${name}`, depth + 1);
    }
  }

  compare(rootOf(old), rootOf(now), '', 0);
  return found;
}

function entriesOf(
  tree: ReturnType<Repository['tree']>,
  entry: TreeEntry | undefined,
): ReadonlyMap<string, TreeEntry> {
  return entry?.kind === 'folder' ? tree.list(entry) : new Map();
}

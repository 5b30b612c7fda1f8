import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from '../diagnostic/system-error.ts';

/** The folders of a repository and of its work tree. https://git-scm.com/docs/gitrepository-layout */
export interface GitDir {
  /** The folder that holds `.git`. */
  readonly workTree: string;
  /** Folder of HEAD and of other files of this work tree only. */
  readonly own: string;
  /** Folder of branches and objects; differs from `own` in a linked work tree. */
  readonly shared: string;
}

/** A result, or a problem as a sentence for the operator. */
export type Found<T> = T | { readonly problem: string };

/** The repository whose `.git` is in this folder or the nearest one above it; undefined if there is none. */
export function findGitDir(from: string): Found<GitDir> | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = gitDirIn(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The repository whose `.git` is in this folder: a folder, or a file with the path of one. */
export function gitDirIn(workTree: string): Found<GitDir> | undefined {
  const dotGit = join(workTree, '.git');
  try {
    const kind = statSync(dotGit);
    if (kind.isDirectory()) {
      return readText(join(dotGit, 'HEAD')) === undefined ? undefined : { workTree, ...layout(dotGit) };
    }
    const named = /^gitdir: (.+)$/m.exec(readText(dotGit) ?? '')?.[1];
    if (!kind.isFile() || named === undefined) return { problem: `\`${dotGit}\` names no git folder` };
    const own = resolve(workTree, named.trimEnd());
    if (readText(join(own, 'HEAD')) === undefined) {
      return { problem: `\`${dotGit}\` names \`${own}\`, which is not a git folder` };
    }
    return { workTree, ...layout(own) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    return { problem: `\`${dotGit}\` cannot be read (${errorCode(error)})` };
  }
}

function layout(own: string): { readonly own: string; readonly shared: string } {
  const common = readText(join(own, 'commondir'))?.trim();
  return { own, shared: common === undefined ? own : resolve(own, common) };
}

/** True for a full object ID in lower case, of SHA-1 or SHA-256. */
export function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** The commit of HEAD, resolved through its branch, which is loose or packed. */
export function headCommit(git: GitDir): Found<string> {
  let name = 'HEAD';
  for (let depth = 0; depth < 5; depth += 1) {
    const text = readText(join(git.own, name)) ?? readText(join(git.shared, name)) ?? packedRef(git, name);
    const value = text?.trim();
    if (value === undefined) {
      return name === 'HEAD'
        ? { problem: `\`${join(git.own, name)}\` is missing` }
        : { problem: `HEAD is at \`${name}\`, which has no commit` };
    }
    if (isObjectId(value)) return value;
    const next = /^ref: (refs\/[^\0]+)$/.exec(value)?.[1];
    if (next === undefined || next.split('/').includes('..')) {
      return { problem: `\`${name}\` of \`${git.own}\` names no commit` };
    }
    name = next;
  }
  return { problem: `HEAD of \`${git.own}\` goes through too many references` };
}

/** Parsed `packed-refs` files of recent repositories. The file of a large repository has megabytes. */
const packedRefs = new Map<string, { readonly mark: string; readonly refs: ReadonlyMap<string, string> }>();

function packedRef(git: GitDir, name: string): string | undefined {
  const file = join(git.shared, 'packed-refs');
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const mark = `${found.ino}:${found.size}:${found.mtimeNs}`;
  const known = packedRefs.get(file);
  if (known?.mark === mark) return known.refs.get(name);
  const refs = new Map<string, string>();
  for (const line of (readText(file) ?? '').split('\n')) {
    const space = line.indexOf(' ');
    if (isObjectId(line.slice(0, space))) refs.set(line.slice(space + 1), line.slice(0, space));
  }
  if (packedRefs.size >= 4) packedRefs.clear();
  packedRefs.set(file, { mark, refs });
  return refs.get(name);
}

/** The content of a small text file; undefined if it does not exist. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

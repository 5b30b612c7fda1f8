import { posix } from 'node:path';
import { isObjectId } from './git-dir.ts';
import type { ObjectStore } from './object-store.ts';

/** The files of one commit. Every method throws if an object is missing, forged or damaged. */
export interface CommitTree {
  /** The entry at a path, relative to the root of the repository. Links are followed as in a checkout. */
  resolve(path: string): Resolved;
  /** The entries of a folder, by name. */
  list(folder: TreeEntry): ReadonlyMap<string, TreeEntry>;
}

export interface TreeEntry {
  readonly kind: 'folder' | 'file' | 'link' | 'submodule';
  readonly id: string;
}

/** The entry at a path and its path without links, or the reason why there is none. */
export type Resolved =
  | { readonly entry: TreeEntry; readonly path: string; readonly missing?: undefined }
  /** `outside`: a link leads out of the repository. */
  | { readonly missing: 'ENOENT' | 'ENOTDIR' | 'ELOOP' | 'outside'; readonly entry?: undefined };

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = {
  '40000': 'folder',
  '120000': 'link',
  '160000': 'submodule',
};

/** Maximum number of links in one path, as on Linux. */
const MAX_LINKS = 40;
/** Longest target of a link, in bytes, as on Linux. */
const MAX_LINK_BYTES = 4096;
/** Most names that the resolution of one path passes, those in links included. */
const MAX_NAMES = 10_000;
/** Most entries of one folder. */
const MAX_ENTRIES = 100_000;
/** Most entries of all folders that are kept. */
const MAX_KEPT_ENTRIES = 200_000;

/** Opens the tree of a commit. Commit and trees are compared with their IDs. */
export function readCommitTree(objects: ObjectStore, commit: string): CommitTree {
  const rootId = /^tree ([0-9a-f]+)\n/.exec(objects.read(commit, 'commit').toString('latin1', 0, 80))?.[1];
  if (rootId === undefined || !isObjectId(rootId)) throw new Error(`commit ${commit} names no tree`);
  const root: TreeEntry = { kind: 'folder', id: rootId };
  const kept = new Map<string, ReadonlyMap<string, TreeEntry>>();
  let keptEntries = 0;

  function list({ id }: TreeEntry): ReadonlyMap<string, TreeEntry> {
    const known = kept.get(id);
    if (known !== undefined) return known;
    const entries = parseTree(objects.read(id, 'tree'), id.length / 2);
    if (keptEntries + entries.size > MAX_KEPT_ENTRIES) {
      kept.clear();
      keptEntries = 0;
    }
    kept.set(id, entries);
    keptEntries += entries.size;
    return entries;
  }

  function targetOf({ id }: TreeEntry): string {
    if (objects.sizeOf(id) > MAX_LINK_BYTES) throw new Error(`the link ${id} is longer than 4,096 bytes`);
    return objects.read(id, 'blob').toString();
  }

  return {
    list,
    resolve(path) {
      const ahead = path.split('/').reverse();
      const passed: { readonly name: string; readonly entry: TreeEntry }[] = [];
      let links = 0;
      for (let names = 0; ahead.length > 0; names += 1) {
        const name = ahead.pop();
        if (name === undefined || name === '' || name === '.') continue;
        const folder = passed.at(-1)?.entry ?? root;
        if (folder.kind !== 'folder') return { missing: 'ENOTDIR' };
        if (names > MAX_NAMES) return { missing: 'ELOOP' };
        if (name === '..') {
          if (passed.pop() === undefined) return { missing: 'outside' };
          continue;
        }
        const entry = list(folder).get(name);
        if (entry === undefined) return { missing: 'ENOENT' };
        if (entry.kind !== 'link') {
          passed.push({ name, entry });
          continue;
        }
        const target = targetOf(entry);
        links += 1;
        if (links > MAX_LINKS) return { missing: 'ELOOP' };
        if (posix.isAbsolute(target)) return { missing: 'outside' };
        ahead.push(...target.split('/').reverse());
      }
      return { entry: passed.at(-1)?.entry ?? root, path: passed.map(({ name }) => name).join('/') };
    },
  };
}

/** A tree is a sequence of: mode, space, name, NUL, ID. */
function parseTree(body: Buffer, width: number): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const end = body.indexOf(0, space);
    if (space < 0 || end < 0 || end + 1 + width > body.length) throw new Error('a tree is damaged');
    const mode = body.toString('latin1', at, space);
    const id = body.toString('hex', end + 1, end + 1 + width);
    const name = body.toString('utf8', space + 1, end);
    if (!isName(name) || entries.has(name)) throw new Error('a tree has a name that no checkout can write');
    if (entries.size >= MAX_ENTRIES) throw new Error('a folder of the commit has more than 100,000 entries');
    entries.set(name, { kind: KINDS[mode] ?? 'file', id });
    at = end + 1 + width;
  }
  return entries;
}

/** False for names that would lead elsewhere if they were part of a path. */
function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/');
}

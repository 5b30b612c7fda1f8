import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join, posix, resolve } from 'node:path';
import { inflateSync } from 'node:zlib';
import { errorCode } from '../diagnostic/system-error.ts';
import { readText } from './git-dir.ts';
import { type GitObject, MAX_OBJECT_BYTES, readPacked } from './git-pack.ts';

/** The files of one commit. Every method throws if an object is missing or the repository is damaged. */
export interface CommitTree {
  /**
   * The ID of the content at this path of the commit, relative to the root of the repository. Links are
   * followed as in a checkout. Undefined if the path is not a file or leads out of the repository.
   */
  blobAt(path: string): string | undefined;
  /** All files below a folder (empty: the root) except names with a leading dot. Links are followed. */
  filesBelow(folder: string): readonly string[];
}

interface TreeEntry {
  readonly kind: 'folder' | 'file' | 'link' | 'submodule';
  readonly id: string;
}

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = {
  '40000': 'folder',
  '120000': 'link',
  '160000': 'submodule',
};

/** Maximum number of links in one path, as on Linux. */
const MAX_LINKS = 40;

/** Reads a commit without the `git` program: loose objects, packs, and the stores in `alternates`. */
export function readCommitTree(gitShared: string, commit: string): CommitTree {
  const stores = objectStores(join(gitShared, 'objects'));
  const trees = new Map<string, ReadonlyMap<string, TreeEntry>>();

  function tree(id: string): ReadonlyMap<string, TreeEntry> {
    const known = trees.get(id);
    if (known !== undefined) return known;
    const entries = parseTree(need(stores, id, 'tree').body, id.length / 2);
    trees.set(id, entries);
    return entries;
  }

  const rootId = /^tree ([0-9a-f]+)\n/.exec(need(stores, commit, 'commit').body.toString('latin1'))?.[1];
  if (rootId === undefined) throw new Error(`commit ${commit} names no tree`);
  const root: TreeEntry = { kind: 'folder', id: rootId };

  function lookUp(path: string): TreeEntry | undefined {
    let links = 0;
    let passed: string[] = [];
    const ahead = path.split('/').reverse();
    let at = root;
    while (ahead.length > 0) {
      const name = ahead.pop();
      if (name === undefined || name === '' || name === '.') continue;
      if (at.kind !== 'folder') return undefined;
      if (name === '..') {
        if (passed.length === 0) return undefined;
        ahead.push(...passed.slice(0, -1).reverse());
        passed = [];
        at = root;
        continue;
      }
      const entry = tree(at.id).get(name);
      if (entry === undefined) return undefined;
      if (entry.kind === 'link') {
        const target = need(stores, entry.id, 'blob').body.toString();
        links += 1;
        if (links > MAX_LINKS || posix.isAbsolute(target)) return undefined;
        ahead.push(...target.split('/').reverse());
        continue;
      }
      passed.push(name);
      at = entry;
    }
    return at;
  }

  function list(folder: TreeEntry, path: string, around: readonly string[], files: string[]): void {
    for (const [name, entry] of tree(folder.id)) {
      if (name.startsWith('.')) continue;
      const full = posix.join(path, name);
      const found = entry.kind === 'link' ? lookUp(full) : entry;
      if (found?.kind === 'file') files.push(full);
      else if (found?.kind === 'folder' && !around.includes(found.id)) {
        list(found, full, [...around, found.id], files);
      }
    }
  }

  return {
    blobAt(path) {
      const entry = lookUp(path);
      return entry?.kind === 'file' ? entry.id : undefined;
    },
    filesBelow(folder) {
      const entry = lookUp(folder);
      const files: string[] = [];
      if (entry?.kind === 'folder') list(entry, folder, [entry.id], files);
      return files;
    },
  };
}

/** The object ID of this content. The length of `like` decides between the two hash functions of git. */
export function blobId(bytes: Uint8Array, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

function need(stores: readonly string[], id: string, type: GitObject['type']): GitObject {
  const found = readObject(stores, id);
  if (found === undefined) throw new Error(`the repository lacks the ${type} ${id}`);
  if (found.type !== type) throw new Error(`${id} is a ${found.type}, not a ${type}`);
  return found;
}

function readObject(stores: readonly string[], id: string): GitObject | undefined {
  for (const store of stores) {
    const loose = readLoose(join(store, id.slice(0, 2), id.slice(2)));
    if (loose !== undefined) return loose;
    for (const index of packIndexes(store)) {
      const packed = readPacked(index, id, (base) => readObject(stores, base));
      if (packed !== undefined) return packed;
    }
  }
  return undefined;
}

function readLoose(file: string): GitObject | undefined {
  try {
    const whole = inflateSync(readFileSync(file), { maxOutputLength: MAX_OBJECT_BYTES });
    const end = whole.indexOf(0);
    const type = /^(commit|tree|blob|tag) \d+$/.exec(whole.toString('latin1', 0, end))?.[1];
    if (type === undefined) throw new Error(`\`${file}\` is not an object`);
    return { type: type as GitObject['type'], body: whole.subarray(end + 1) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function packIndexes(store: string): readonly string[] {
  try {
    const names = readdirSync(join(store, 'pack')).filter((name) => /^pack-[0-9a-f]+\.idx$/.test(name));
    return names.map((name) => join(store, 'pack', name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The store, then its alternates (`git clone --shared`), a few levels deep. */
function objectStores(first: string): readonly string[] {
  const stores = [first];
  for (let index = 0; index < stores.length && stores.length < 16; index += 1) {
    const store = stores[index] ?? first;
    for (const line of (readText(join(store, 'info', 'alternates')) ?? '').split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const other = isAbsolute(line) ? line : resolve(store, line);
      if (!stores.includes(other)) stores.push(other);
    }
  }
  return stores;
}

/** A tree is a sequence of: mode, space, name, NUL, ID. */
function parseTree(body: Buffer, width: number): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const end = body.indexOf(0, space);
    if (space < 0 || end < 0) throw new Error('a tree is damaged');
    const mode = body.toString('latin1', at, space);
    const id = body.toString('hex', end + 1, end + 1 + width);
    entries.set(body.toString('utf8', space + 1, end), { kind: KINDS[mode] ?? 'file', id });
    at = end + 1 + width;
  }
  return entries;
}

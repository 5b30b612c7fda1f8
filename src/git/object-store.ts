import { opendirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { inflateSync } from 'node:zlib';
import { errorCode } from '../diagnostic/system-error.ts';
import { createBaseCache } from './base-cache.ts';
import { isObjectId } from './git-dir.ts';
import { openFile, readFileWithin, readText } from './git-file.ts';
import {
  createWork,
  type GitObject,
  MAX_OBJECT_BYTES,
  type ObjectType,
  objectId,
  type Work,
} from './git-object.ts';
import { inflateStart, openPack, type Pack } from './pack.ts';

/**
 * The objects of a repository, read without the `git` program: loose ones, packs, and the stores in `alternates`.
 * Files that it has opened stay open until `close`; a call after that opens them again.
 */
export interface ObjectStore {
  /**
   * The content of an object. Throws if it is missing, damaged, of another type, or if its content has another ID: git
   * compares the ID only when it receives or checks objects.
   */
  read(id: string, type: ObjectType): Buffer;
  /** An object of any type, likewise. */
  readAny(id: string): GitObject;
  /**
   * IDs of objects that start with these hex digits, two of them at least; each once, and a few at most. The length of
   * `like`, an ID of the repository, is that of the others.
   */
  startingWith(digits: string, like: string): readonly string[];
  /** Size of a blob in bytes, without unpacking it. Throws if it is missing. */
  sizeOf(id: string): number;
  close(): void;
}

/** Most stores: the repository and its alternates. */
const MAX_STORES = 16;
/** Most names in the folder of packs, each of which has two to five files. */
const MAX_PACK_NAMES = 20_000;
/** Most loose objects with the same first two digits. */
const MAX_LOOSE_NAMES = 100_000;
/** Most IDs that are given for their first digits; more than one is ambiguous. */
const MAX_SAME_START = 32;
/** Most packs that are open at the same time; each has two descriptors. */
const MAX_OPEN = 32;

export function openObjects(shared: string, work: Work = createWork()): ObjectStore {
  const stores = objectStores(join(shared, 'objects'));
  const open = new Map<string, Pack>();
  const bases = createBaseCache();
  let indexes: readonly string[] | undefined;

  function packAt(index: string): Pack | undefined {
    const known = open.get(index);
    if (known !== undefined) return known;
    const pack = openPack(index, work, bases);
    if (pack === undefined) return undefined;
    const [oldest] = open;
    if (oldest !== undefined && open.size >= MAX_OPEN) {
      open.delete(oldest[0]);
      oldest[1].close();
    }
    open.set(index, pack);
    return pack;
  }

  /** Packs come first, as in git: most objects are in one. */
  function search<T>(id: string, loose: Search<T>['loose'], packed: Search<T>['packed']): T | undefined {
    indexes ??= stores.flatMap(packIndexes);
    for (const index of indexes) {
      const pack = packAt(index);
      const found = pack === undefined ? undefined : packed(pack);
      if (found !== undefined) return found;
    }
    for (const store of stores) {
      const found = loose(join(store, id.slice(0, 2), id.slice(2)));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Searches a second time, because `git gc` may have moved the object into a new pack. */
  function find<T>({ id, type, loose, packed }: Search<T>): T {
    const found = search(id, loose, packed);
    if (found !== undefined) return found;
    indexes = undefined;
    const again = search(id, loose, packed);
    if (again === undefined) throw new Error(`the repository lacks the ${type} ${id}${remedyFor(stores)}`);
    return again;
  }

  function readAs(id: string, wanted: string): GitObject {
    const loose = (file: string) => readLoose(file, work);
    const found = find({ id, type: wanted, loose, packed: (pack) => pack.read(id) });
    const { type, body } = found;
    const actual = objectId(type, body, id);
    if (actual !== id)
      throw new Error(`the ${type} ${id} is forged or damaged: its content has the ID ${actual}`);
    return found;
  }

  return {
    read(id, type) {
      const found = readAs(id, type);
      if (found.type !== type) throw new Error(`${id} is a ${found.type}, not a ${type}`);
      return found.body;
    },
    readAny: (id) => readAs(id, 'object'),
    startingWith(digits, like) {
      const found = new Set(stores.flatMap((store) => looseStartingWith(store, digits)));
      for (const index of stores.flatMap(packIndexes)) {
        const ids = packAt(index)?.startingWith(digits, like.length / 2, MAX_SAME_START) ?? [];
        for (const id of ids) found.add(id);
      }
      return [...found].slice(0, MAX_SAME_START);
    },
    sizeOf(id) {
      const loose = (file: string) => sizeOfLoose(file, work);
      return find({ id, type: 'blob', loose, packed: (pack) => pack.sizeOf(id) });
    },
    close() {
      for (const pack of open.values()) pack.close();
      open.clear();
    },
  };
}

interface Search<T> {
  readonly id: string;
  /** Type of the object, or another word for it, in messages. */
  readonly type: string;
  /** Looks for the object at the path that it has as a file of its own. */
  readonly loose: (file: string) => T | undefined;
  readonly packed: (pack: Pack) => T | undefined;
}

/** Partial clones have the objects of promised packs only as far as they were needed. */
function remedyFor(stores: readonly string[]): string {
  const isPartial = stores.some((store) => packNames(store).some((name) => name.endsWith('.promisor')));
  return isPartial ? ', because it is a partial clone; run `git fetch --refetch --no-filter`' : '';
}

function readLoose(path: string, work: Work): GitObject | undefined {
  const compressed = readFileWithin(path, MAX_OBJECT_BYTES + 64 * 1024);
  if (compressed === undefined) return undefined;
  const whole = inflateSync(compressed, { maxOutputLength: MAX_OBJECT_BYTES + 64 });
  work.spend(compressed.length + whole.length);
  const head = looseHead(path, whole);
  if (head.size !== whole.length - head.end) throw new Error(`\`${path}\` is damaged`);
  return { type: head.type, body: whole.subarray(head.end) };
}

function sizeOfLoose(path: string, work: Work): number | undefined {
  const file = openFile(path);
  if (file === undefined) return undefined;
  try {
    return looseHead(path, inflateStart(file.read(0, 256), work)).size;
  } finally {
    file.close();
  }
}

interface LooseHead {
  readonly type: ObjectType;
  readonly size: number;
  readonly end: number;
}

function looseHead(path: string, start: Buffer): LooseHead {
  const end = start.subarray(0, 64).indexOf(0);
  const [, type, size] = /^(commit|tree|blob|tag) (\d{1,15})$/.exec(start.toString('latin1', 0, end)) ?? [];
  if (type === undefined) throw new Error(`\`${path}\` is not an object`);
  return { type: type as ObjectType, size: Number(size), end: end + 1 };
}

/** IDs of the objects of a store that have files of their own. */
function looseStartingWith(store: string, digits: string): readonly string[] {
  const first = digits.slice(0, 2);
  return namesIn(join(store, first), MAX_LOOSE_NAMES)
    .map((name) => `${first}${name}`)
    .filter((id) => isObjectId(id) && id.startsWith(digits))
    .slice(0, MAX_SAME_START);
}

function packIndexes(store: string): readonly string[] {
  return packNames(store)
    .filter((name) => /^pack-[0-9a-f]+\.idx$/.test(name))
    .map((name) => join(store, 'pack', name));
}

function packNames(store: string): readonly string[] {
  return namesIn(join(store, 'pack'), MAX_PACK_NAMES);
}

/** Names in a folder; none if it does not exist. */
function namesIn(path: string, most: number): readonly string[] {
  try {
    const folder = opendirSync(path);
    const names: string[] = [];
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (names.push(entry.name) > most) {
          throw new Error(`\`${path}\` has more than ${most.toLocaleString('en')} files; run \`git gc\``);
        }
      }
    } finally {
      folder.closeSync();
    }
    return names;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The store, then its alternates (`git clone --shared`), a few levels deep. */
function objectStores(first: string): readonly string[] {
  const stores = [first];
  for (let index = 0; index < stores.length; index += 1) {
    const store = stores[index] ?? first;
    for (const line of (readText(join(store, 'info', 'alternates')) ?? '').split('\n')) {
      if (line === '' || line.startsWith('#') || stores.length >= MAX_STORES) continue;
      const other = isAbsolute(line) ? line : resolve(store, line);
      if (!stores.includes(other)) stores.push(other);
    }
  }
  return stores;
}
